// A product or convolution whose only reader is a group of one gelu, relu or tanh computes it before it stores its sums; the group is not lowered.
// RUN: offramp-opt --lower-to-calls --split-input-file %s | FileCheck %s

nn.bundle @w {names = ["up", "down"], shapes = [array<i64: 4, 16>, array<i64: 16, 4>], kinds = ["normal", "normal"], scales = [0.1, 0.1], decays = [true, true]}
nn.instance @w.1 : @w at 0

// CHECK-LABEL: func.func @offramp_evaluate(
// CHECK-SAME: nn.arena = array<i64: 80, 0, 0>
// CHECK: call @offramp_cpu_linear({{.*}}, %c1_i64{{[_0-9]*}}) :
// CHECK-NOT: offramp_cpu_parallel
// CHECK: call @offramp_cpu_linear({{.*}}, %c0_i64{{[_0-9]*}}) :
func.func @evaluate(%b: !nn.batch) attributes {nn.program = "evaluate"} {
  %x = nn.read_input %b {slot = 0 : i64} : tensor<?x4xf32, #nn.space<rows>>
  %w = nn.weights @w.1 : <@w>
  %up = nn.field %w "up" : <@w> -> tensor<4x16xf32>
  %down = nn.field %w "down" : <@w> -> tensor<16x4xf32>
  %a = nn.linear %x, %up : (tensor<?x4xf32, #nn.space<rows>>, tensor<4x16xf32>) -> tensor<?x16xf32, #nn.space<rows>>
  %g = nn.fused {
    %0 = nn.gelu %a : (tensor<?x16xf32, #nn.space<rows>>) -> tensor<?x16xf32, #nn.space<rows>>
    nn.yield %0 : tensor<?x16xf32, #nn.space<rows>>
  } : tensor<?x16xf32, #nn.space<rows>>
  %h = nn.linear %g, %down : (tensor<?x16xf32, #nn.space<rows>>, tensor<16x4xf32>) -> tensor<?x4xf32, #nn.space<rows>>
  %y = nn.row %h : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<samples>>
  nn.collect %y {name = "logits", slot = 0 : i64} : tensor<?x4xf32, #nn.space<samples>>
  return
}

// -----

nn.bundle @w {names = ["up"], shapes = [array<i64: 4, 16>], kinds = ["normal"], scales = [0.1], decays = [true]}
nn.instance @w.1 : @w at 0

// Read twice: both are needed.
// CHECK-LABEL: func.func @offramp_both(
// CHECK: call @offramp_cpu_linear({{.*}}, %c0_i64{{[_0-9]*}}) :
// CHECK: call @offramp_cpu_parallel
func.func @both(%b: !nn.batch) attributes {nn.program = "both"} {
  %x = nn.read_input %b {slot = 0 : i64} : tensor<?x4xf32, #nn.space<samples>>
  %w = nn.weights @w.1 : <@w>
  %up = nn.field %w "up" : <@w> -> tensor<4x16xf32>
  %a = nn.linear %x, %up : (tensor<?x4xf32, #nn.space<samples>>, tensor<4x16xf32>) -> tensor<?x16xf32, #nn.space<samples>>
  %g = nn.fused {
    %0 = nn.relu %a : (tensor<?x16xf32, #nn.space<samples>>) -> tensor<?x16xf32, #nn.space<samples>>
    nn.yield %0 : tensor<?x16xf32, #nn.space<samples>>
  } : tensor<?x16xf32, #nn.space<samples>>
  nn.collect %a {name = "sums", slot = 0 : i64} : tensor<?x16xf32, #nn.space<samples>>
  nn.collect %g {name = "logits", slot = 1 : i64} : tensor<?x16xf32, #nn.space<samples>>
  return
}

// -----

nn.bundle @w {names = ["kernel"], shapes = [array<i64: 2, 1, 3, 3>], kinds = ["normal"], scales = [0.1], decays = [true]}
nn.instance @w.1 : @w at 0

// CHECK-LABEL: func.func @offramp_image(
// CHECK: call @offramp_cpu_conv2d({{.*}}, %c2_i64{{[_0-9]*}}) :
// CHECK-NOT: offramp_cpu_parallel
func.func @image(%b: !nn.batch) attributes {nn.program = "image"} {
  %x = nn.read_input %b {slot = 0 : i64} : tensor<?x1x4x4xf32, #nn.space<samples>>
  %w = nn.weights @w.1 : <@w>
  %kernel = nn.field %w "kernel" : <@w> -> tensor<2x1x3x3xf32>
  %a = nn.conv2d %x, %kernel {pad = 1 : i64, stride = 1 : i64} : (tensor<?x1x4x4xf32, #nn.space<samples>>, tensor<2x1x3x3xf32>) -> tensor<?x2x4x4xf32, #nn.space<samples>>
  %g = nn.fused {
    %0 = nn.relu %a : (tensor<?x2x4x4xf32, #nn.space<samples>>) -> tensor<?x2x4x4xf32, #nn.space<samples>>
    nn.yield %0 : tensor<?x2x4x4xf32, #nn.space<samples>>
  } : tensor<?x2x4x4xf32, #nn.space<samples>>
  nn.collect %g {name = "logits", slot = 0 : i64} : tensor<?x2x4x4xf32, #nn.space<samples>>
  return
}
