// Item-wise ops over the same items become one kernel between two matrix products; ops over other items, and ops behind a reader of the
// group, do not join it.
// RUN: offramp-opt --fuse-rows --split-input-file %s | FileCheck %s

// CHECK-LABEL: func.func private @feed_forward(
// CHECK: %[[N:.*]] = nn.fused {
// CHECK-NEXT: nn.normalize
// CHECK-NEXT: %[[M:.*]] = nn.mul
// CHECK-NEXT: nn.yield %[[M]]
// CHECK-NEXT: }
// CHECK-NEXT: %[[U:.*]] = nn.linear %[[N]]
// CHECK-NEXT: %[[G:.*]] = nn.fused {
// CHECK-NEXT: nn.gelu %[[U]]
// CHECK: nn.linear %[[G]]
// CHECK: nn.fused {
// CHECK-NEXT: nn.add
func.func private @feed_forward(%b: !nn.batch, %h: tensor<?x4xf32, #nn.space<rows>>, %gain: tensor<4xf32>, %up: tensor<4x8xf32>, %down: tensor<8x4xf32>) -> tensor<?x4xf32, #nn.space<rows>> {
  %n = nn.normalize %h {eps = 1.0e-5 : f64} : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rows>>
  %m = nn.mul %n, %gain : (tensor<?x4xf32, #nn.space<rows>>, tensor<4xf32>) -> tensor<?x4xf32, #nn.space<rows>>
  %u = nn.linear %m, %up : (tensor<?x4xf32, #nn.space<rows>>, tensor<4x8xf32>) -> tensor<?x8xf32, #nn.space<rows>>
  %g = nn.gelu %u : (tensor<?x8xf32, #nn.space<rows>>) -> tensor<?x8xf32, #nn.space<rows>>
  %d = nn.linear %g, %down : (tensor<?x8xf32, #nn.space<rows>>, tensor<8x4xf32>) -> tensor<?x4xf32, #nn.space<rows>>
  %y = nn.add %h, %d : (tensor<?x4xf32, #nn.space<rows>>, tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rows>>
  return %y : tensor<?x4xf32, #nn.space<rows>>
}

// -----

// Rows and samples interleave in the text: two kernels, none of which reads what the other has not made yet.
// CHECK-LABEL: func.func private @two_spaces(
// CHECK: nn.fused {
// CHECK-NEXT: nn.tanh %arg1 : (tensor<?x4xf32, #nn.space<rows>>)
// CHECK-NEXT: nn.exp
// CHECK-NEXT: nn.yield
// CHECK: nn.fused {
// CHECK-NEXT: nn.tanh %arg2 : (tensor<?x4xf32, #nn.space<samples>>)
// CHECK-NEXT: nn.exp
// CHECK-NEXT: nn.yield
func.func private @two_spaces(%b: !nn.batch, %h: tensor<?x4xf32, #nn.space<rows>>, %s: tensor<?x4xf32, #nn.space<samples>>) -> (tensor<?x4xf32, #nn.space<rows>>, tensor<?x4xf32, #nn.space<samples>>) {
  %0 = nn.tanh %h : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rows>>
  %1 = nn.tanh %s : (tensor<?x4xf32, #nn.space<samples>>) -> tensor<?x4xf32, #nn.space<samples>>
  %2 = nn.exp %0 : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rows>>
  %3 = nn.exp %1 : (tensor<?x4xf32, #nn.space<samples>>) -> tensor<?x4xf32, #nn.space<samples>>
  return %2, %3 : tensor<?x4xf32, #nn.space<rows>>, tensor<?x4xf32, #nn.space<samples>>
}

// -----

// `nn.row` reads the group from outside, so what follows is a kernel of its own although it works on the same rows; and the first
// result, read twice, leaves its kernel while the constant stays where it was.
// CHECK-LABEL: func.func private @reader(
// CHECK: %[[C:.*]] = nn.constant
// CHECK: %[[A:.*]] = nn.fused {
// CHECK-NEXT: nn.mul %arg1, %[[C]]
// CHECK: %[[R:.*]] = nn.row %[[A]]
// CHECK: %[[S:.*]] = nn.fused {
// CHECK-NEXT: nn.neg %[[A]]
// CHECK: return %[[R]], %[[S]]
func.func private @reader(%b: !nn.batch, %h: tensor<?x4xf32, #nn.space<rows>>) -> (tensor<?x4xf32, #nn.space<samples>>, tensor<?x4xf32, #nn.space<rows>>) {
  %c = nn.constant dense<2.0> : tensor<f32> : tensor<f32>
  %0 = nn.mul %h, %c : (tensor<?x4xf32, #nn.space<rows>>, tensor<f32>) -> tensor<?x4xf32, #nn.space<rows>>
  %1 = nn.row %0 : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<samples>>
  %2 = nn.neg %0 : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rows>>
  return %1, %2 : tensor<?x4xf32, #nn.space<samples>>, tensor<?x4xf32, #nn.space<rows>>
}

// -----

// Nothing to fuse: the function stays as it is.
// CHECK-LABEL: func.func private @nothing(
// CHECK-NOT: nn.fused
// CHECK: return
func.func private @nothing(%b: !nn.batch, %h: tensor<?x4xf32, #nn.space<rows>>, %w: tensor<4x4xf32>) -> tensor<?x4xf32, #nn.space<samples>> {
  %0 = nn.linear %h, %w : (tensor<?x4xf32, #nn.space<rows>>, tensor<4x4xf32>) -> tensor<?x4xf32, #nn.space<rows>>
  %1 = nn.mean_rows %0 : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<samples>>
  return %1 : tensor<?x4xf32, #nn.space<samples>>
}
