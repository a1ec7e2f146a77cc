// Functions become calls of kernels on addresses; equal stages stay one function with other weights; a gradient that is only accumulated is
// added straight into the gradient block; item-wise groups become kernels of their own. Exits: lower-to-calls-exits.mlir.
// RUN: offramp-opt --lower-to-calls --split-input-file %s | FileCheck %s

nn.bundle @stage.weights {names = ["w"], shapes = [array<i64: 4, 4>], kinds = ["normal"], scales = [0.1], decays = [true]}
nn.instance @stage.1 : @stage.weights at 0
nn.instance @stage.2 : @stage.weights at 16

// What the kernels are is declared, not guessed.
// CHECK-DAG: func.func private @offramp_cpu_linear(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64, i64, i64)

// (call, batch, batch of the rows, arena, stage number for draws, operands: h, w, result)
// CHECK-LABEL: func.func private @stage.calls(
// CHECK-SAME: %[[CALL:.*]]: !llvm.ptr, %[[B:[^:]*]]: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %[[H:[^:]*]]: !llvm.ptr, %[[W:[^:]*]]: !llvm.ptr, %[[OUT:[^:]*]]: !llvm.ptr)
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[B]][1]
// CHECK: %[[ROWS:.*]] = llvm.load %[[AT]] : !llvm.ptr -> i64
// CHECK: call @offramp_cpu_linear(%[[CALL]], %[[H]], %{{.*}}, %{{.*}}, %[[OUT]], %[[ROWS]], %c4_i64{{.*}}, %c4_i64{{.*}}, %c0_i64
// CHECK-NEXT: return
func.func private @stage(%b: !nn.batch, %h: tensor<?x4xf32, #nn.space<rows>>, %w: !nn.weights<@stage.weights>) -> tensor<?x4xf32, #nn.space<rows>> {
  %m = nn.field %w "w" : <@stage.weights> -> tensor<4x4xf32>
  %y = nn.linear %h, %m : (tensor<?x4xf32, #nn.space<rows>>, tensor<4x4xf32>) -> tensor<?x4xf32, #nn.space<rows>>
  return %y : tensor<?x4xf32, #nn.space<rows>>
}
// One symbol of the artifact per program. The arena: a row of two values (16 bytes each; the input's is the caller's), a sample of one.
// CHECK-LABEL: func.func @offramp_evaluate(
// CHECK-SAME: attributes {nn.arena = array<i64: {{[0-9]+}}, {{[0-9]+}}, 0>, nn.name = "evaluate", nn.program = "evaluate"}
// CHECK: call @stage.calls(
// CHECK: call @stage.calls(
// CHECK-NOT: func.func private @stage{{.*}}.calls
func.func @evaluate(%b: !nn.batch) attributes {nn.program = "evaluate"} {
  %x = nn.read_input %b {slot = 0 : i64} : tensor<?x4xf32, #nn.space<rows>>
  %w1 = nn.weights @stage.1 : <@stage.weights>
  %h1 = call @stage(%b, %x, %w1) {nn.stage = 1 : i64} : (!nn.batch, tensor<?x4xf32, #nn.space<rows>>, !nn.weights<@stage.weights>) -> tensor<?x4xf32, #nn.space<rows>>
  %w2 = nn.weights @stage.2 : <@stage.weights>
  %h2 = call @stage(%b, %h1, %w2) {nn.stage = 2 : i64} : (!nn.batch, tensor<?x4xf32, #nn.space<rows>>, !nn.weights<@stage.weights>) -> tensor<?x4xf32, #nn.space<rows>>
  %y = nn.row %h2 : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<samples>>
  nn.collect %y {name = "logits", slot = 0 : i64} : tensor<?x4xf32, #nn.space<samples>>
  return
}

// -----

// A group that reads rows of a table of weights says which: a mapped file's pages of it are given back.
nn.bundle @embed.weights {names = ["words"], shapes = [array<i64: 9, 4>], kinds = ["normal"], scales = [0.1], decays = [true]}
nn.instance @embed : @embed.weights at 0
// CHECK-LABEL: func.func @offramp_infer(
// CHECK: llvm.store %[[WORDS:.*]], %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK: call @offramp_cpu_parallel_rows_of(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[WORDS]], %c36_i64{{.*}})
func.func @infer(%b: !nn.batch) attributes {nn.program = "infer"} {
  %ids = nn.read_input %b {slot = 0 : i64} : tensor<?xi32, #nn.space<samples>>
  %w = nn.weights @embed : <@embed.weights>
  %words = nn.field %w "words" : <@embed.weights> -> tensor<9x4xf32>
  %y = nn.fused {
    %0 = nn.gather %words, %ids : (tensor<9x4xf32>, tensor<?xi32, #nn.space<samples>>) -> tensor<?x4xf32, #nn.space<samples>>
    nn.yield %0 : tensor<?x4xf32, #nn.space<samples>>
  } : tensor<?x4xf32, #nn.space<samples>>
  nn.put %b, %y {stage = 1 : i64} : !nn.batch, tensor<?x4xf32, #nn.space<samples>>
  return
}

// -----

// A group: one loop over items around one kernel of linalg; the constant is inside.
// CHECK-LABEL: func.func @offramp_infer(
// CHECK: %[[F:.*]] = constant @kernel.0
// CHECK: %[[P:.*]] = builtin.unrealized_conversion_cast %[[F]]
// CHECK: call @offramp_cpu_parallel(%{{.*}}, %[[P]],
// CHECK-LABEL: func.func private @kernel.0.item(
// CHECK: linalg.generic
// CHECK: arith.mulf
// CHECK-LABEL: func.func private @kernel.0(
// CHECK: scf.for
// CHECK: call @kernel.0.item
func.func @infer(%b: !nn.batch) attributes {nn.program = "infer"} {
  %x = nn.read_input %b {slot = 0 : i64} : tensor<?x4xf32, #nn.space<samples>>
  %c = nn.constant dense<2.0> : tensor<f32> : tensor<f32>
  %y = nn.fused {
    %0 = nn.mul %x, %c : (tensor<?x4xf32, #nn.space<samples>>, tensor<f32>) -> tensor<?x4xf32, #nn.space<samples>>
    nn.yield %0 : tensor<?x4xf32, #nn.space<samples>>
  } : tensor<?x4xf32, #nn.space<samples>>
  nn.put %b, %y {stage = 1 : i64} : !nn.batch, tensor<?x4xf32, #nn.space<samples>>
  return
}

// -----

nn.bundle @head.weights {names = ["bias", "w"], shapes = [array<i64: 4>, array<i64: 4, 3>], kinds = ["constant", "normal"], scales = [0.0, 0.1], decays = [false, true]}
nn.instance @head.1 : @head.weights at 64

// Symbols of programs are names of C; the gradient of `w` lies 64 bytes (one aligned field) behind the bundle's address, which lies 64
// elements into the gradient block (field 4 of the call).
// CHECK-LABEL: func.func @offramp_warm_up_step(
// CHECK-SAME: %[[CALL:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr) attributes {{.*}}nn.name = "warm_up.step"
// CHECK: llvm.getelementptr %[[CALL]][4]
// CHECK: %[[BUNDLE:.*]] = llvm.getelementptr %{{.*}}[%c256_i64{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, i8
// CHECK: %[[W:.*]] = llvm.getelementptr %{{.*}}[%c64_i64{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, i8
// CHECK: call @offramp_cpu_linear_dw(%[[CALL]], %{{.*}}, %{{.*}}, %[[W]],
// CHECK-NOT: offramp_cpu_add
func.func @warm_up.step(%b: !nn.batch) attributes {nn.program = "step"} {
  %x = nn.read_input %b {slot = 0 : i64} : tensor<?x4xf32, #nn.space<samples>>
  %d = nn.read_input %b {slot = 1 : i64} : tensor<?x3xf32, #nn.space<samples>>
  %g = nn.gradients @head.1 : <@head.weights>
  %dw = nn.linear_dw %x, %d : (tensor<?x4xf32, #nn.space<samples>>, tensor<?x3xf32, #nn.space<samples>>) -> tensor<4x3xf32>
  nn.accumulate %g "w", %dw : <@head.weights>, tensor<4x3xf32>
  return
}

// -----

// What no program reaches is not in the artifact.
// CHECK-LABEL: module
// CHECK-NOT: @unused
func.func private @unused(%b: !nn.batch, %h: tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rows>> {
  return %h : tensor<?x4xf32, #nn.space<rows>>
}
