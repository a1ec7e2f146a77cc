// A transformer stage with an exit head: what is kept, what is made again, where gradients go.
// RUN: offramp-opt --autodiff %s | FileCheck %s

nn.bundle @stage.weights {names = ["n1.gain", "n1.bias", "q.weight", "q.bias", "kv.weight", "kv.bias", "o.weight", "o.bias", "n2.gain", "n2.bias", "f1.weight", "f1.bias", "f2.weight", "f2.bias"],
  shapes = [array<i64: 8>, array<i64: 8>, array<i64: 8, 8>, array<i64: 8>, array<i64: 8, 16>, array<i64: 16>, array<i64: 8, 8>, array<i64: 8>, array<i64: 8>, array<i64: 8>, array<i64: 8, 32>, array<i64: 32>, array<i64: 32, 8>, array<i64: 8>],
  kinds = ["constant", "constant", "normal", "constant", "normal", "constant", "normal", "constant", "constant", "constant", "normal", "constant", "normal", "constant"],
  scales = [1.0, 0.0, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 1.0, 0.0, 0.5, 0.0, 0.5, 0.0],
  decays = [false, false, true, false, true, false, true, false, false, false, true, false, true, false]}
nn.bundle @head.weights {names = ["weight", "bias"], shapes = [array<i64: 8, 3>, array<i64: 3>], kinds = ["normal", "constant"], scales = [0.5, 0.0], decays = [true, false]}
nn.bundle @embed.weights {names = ["table"], shapes = [array<i64: 11, 8>], kinds = ["normal"], scales = [1.0], decays = [true]}
nn.instance @embed : @embed.weights at 0
nn.instance @stage.1 : @stage.weights at 96
nn.instance @stage.2 : @stage.weights at 1152
nn.instance @head.1 : @head.weights at 2208
nn.instance @head.2 : @head.weights at 2256

func.func private @embedding(%ids: !nn.sample<?xi32>, %w: !nn.weights<@embed.weights>) -> !nn.sample<?x8xf32> {
  %table = nn.field %w "table" : !nn.weights<@embed.weights> -> tensor<11x8xf32>
  %h = nn.gather %table, %ids : (tensor<11x8xf32>, !nn.sample<?xi32>) -> !nn.sample<?x8xf32>
  return %h : !nn.sample<?x8xf32>
}

func.func private @stage(%h: !nn.sample<?x8xf32>, %w: !nn.weights<@stage.weights>) -> !nn.sample<?x8xf32> {
  %g1 = nn.field %w "n1.gain" : !nn.weights<@stage.weights> -> tensor<8xf32>
  %b1 = nn.field %w "n1.bias" : !nn.weights<@stage.weights> -> tensor<8xf32>
  %wq = nn.field %w "q.weight" : !nn.weights<@stage.weights> -> tensor<8x8xf32>
  %bq = nn.field %w "q.bias" : !nn.weights<@stage.weights> -> tensor<8xf32>
  %wkv = nn.field %w "kv.weight" : !nn.weights<@stage.weights> -> tensor<8x16xf32>
  %bkv = nn.field %w "kv.bias" : !nn.weights<@stage.weights> -> tensor<16xf32>
  %wo = nn.field %w "o.weight" : !nn.weights<@stage.weights> -> tensor<8x8xf32>
  %bo = nn.field %w "o.bias" : !nn.weights<@stage.weights> -> tensor<8xf32>
  %g2 = nn.field %w "n2.gain" : !nn.weights<@stage.weights> -> tensor<8xf32>
  %b2 = nn.field %w "n2.bias" : !nn.weights<@stage.weights> -> tensor<8xf32>
  %wf1 = nn.field %w "f1.weight" : !nn.weights<@stage.weights> -> tensor<8x32xf32>
  %bf1 = nn.field %w "f1.bias" : !nn.weights<@stage.weights> -> tensor<32xf32>
  %wf2 = nn.field %w "f2.weight" : !nn.weights<@stage.weights> -> tensor<32x8xf32>
  %bf2 = nn.field %w "f2.bias" : !nn.weights<@stage.weights> -> tensor<8xf32>
  %0 = nn.normalize %h {eps = 1.0e-5} : (!nn.sample<?x8xf32>) -> !nn.sample<?x8xf32>
  %1 = nn.mul %0, %g1 : (!nn.sample<?x8xf32>, tensor<8xf32>) -> !nn.sample<?x8xf32>
  %n = nn.add %1, %b1 : (!nn.sample<?x8xf32>, tensor<8xf32>) -> !nn.sample<?x8xf32>
  %q = nn.linear %n, %wq, %bq : (!nn.sample<?x8xf32>, tensor<8x8xf32>, tensor<8xf32>) -> !nn.sample<?x8xf32>
  %kv = nn.linear %n, %wkv, %bkv : (!nn.sample<?x8xf32>, tensor<8x16xf32>, tensor<16xf32>) -> !nn.sample<?x16xf32>
  %c = nn.attention %q, %kv {heads = 2 : i64} : (!nn.sample<?x8xf32>, !nn.sample<?x16xf32>) -> !nn.sample<?x8xf32>
  %o = nn.linear %c, %wo, %bo : (!nn.sample<?x8xf32>, tensor<8x8xf32>, tensor<8xf32>) -> !nn.sample<?x8xf32>
  %x = nn.add %h, %o : (!nn.sample<?x8xf32>, !nn.sample<?x8xf32>) -> !nn.sample<?x8xf32>
  %2 = nn.normalize %x {eps = 1.0e-5} : (!nn.sample<?x8xf32>) -> !nn.sample<?x8xf32>
  %3 = nn.mul %2, %g2 : (!nn.sample<?x8xf32>, tensor<8xf32>) -> !nn.sample<?x8xf32>
  %m = nn.add %3, %b2 : (!nn.sample<?x8xf32>, tensor<8xf32>) -> !nn.sample<?x8xf32>
  %f = nn.linear %m, %wf1, %bf1 : (!nn.sample<?x8xf32>, tensor<8x32xf32>, tensor<32xf32>) -> !nn.sample<?x32xf32>
  %g = nn.gelu %f : (!nn.sample<?x32xf32>) -> !nn.sample<?x32xf32>
  %d = nn.linear %g, %wf2, %bf2 : (!nn.sample<?x32xf32>, tensor<32x8xf32>, tensor<8xf32>) -> !nn.sample<?x8xf32>
  %y = nn.add %x, %d : (!nn.sample<?x8xf32>, !nn.sample<?x8xf32>) -> !nn.sample<?x8xf32>
  return %y : !nn.sample<?x8xf32>
}

func.func private @head(%y: !nn.sample<8xf32>, %w: !nn.weights<@head.weights>) -> !nn.sample<3xf32> {
  %weight = nn.field %w "weight" : !nn.weights<@head.weights> -> tensor<8x3xf32>
  %bias = nn.field %w "bias" : !nn.weights<@head.weights> -> tensor<3xf32>
  %0 = nn.normalize %y {eps = 1.0e-5} : (!nn.sample<8xf32>) -> !nn.sample<8xf32>
  %f = nn.linear %0, %weight, %bias : (!nn.sample<8xf32>, tensor<8x3xf32>, tensor<3xf32>) -> !nn.sample<3xf32>
  return %f : !nn.sample<3xf32>
}

func.func private @objective(%f: !nn.sample<2x3xf32>, %label: !nn.sample<i32>) -> !nn.sample<f32> {
  %ce = nn.cross_entropy %f, %label : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<2xf32>
  %k = nn.constant dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %a = nn.mul %ce, %k : (!nn.sample<2xf32>, tensor<2xf32>) -> !nn.sample<2xf32>
  %s = nn.sum %a {dims = array<i64: 0>} : (!nn.sample<2xf32>) -> !nn.sample<f32>
  %t = nn.constant dense<3.0> : tensor<f32> : tensor<f32>
  %l = nn.div %s, %t : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<f32>
  return %l : !nn.sample<f32>
}

func.func @warm_up.loss(%ids: !nn.sample<?xi32> {nn.input = 0 : i64}, %label: !nn.sample<i32> {nn.input = 1 : i64}) -> tensor<f32>
    attributes {nn.program = "loss", nn.updates = ["embed", "stage.1", "stage.2", "head.1", "head.2"]} {
  %w0 = nn.weights @embed : !nn.weights<@embed.weights>
  %h1 = call @embedding(%ids, %w0) : (!nn.sample<?xi32>, !nn.weights<@embed.weights>) -> !nn.sample<?x8xf32>
  %w1 = nn.weights @stage.1 : !nn.weights<@stage.weights>
  %h2 = call @stage(%h1, %w1) {nn.stage = 1 : i64} : (!nn.sample<?x8xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x8xf32>
  %y1 = nn.row %h2 : (!nn.sample<?x8xf32>) -> !nn.sample<8xf32>
  %v1 = nn.weights @head.1 : !nn.weights<@head.weights>
  %f1 = call @head(%y1, %v1) {nn.stage = 1 : i64} : (!nn.sample<8xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %w2 = nn.weights @stage.2 : !nn.weights<@stage.weights>
  %h3 = call @stage(%h2, %w2) {nn.stage = 2 : i64} : (!nn.sample<?x8xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x8xf32>
  %y2 = nn.row %h3 : (!nn.sample<?x8xf32>) -> !nn.sample<8xf32>
  %v2 = nn.weights @head.2 : !nn.weights<@head.weights>
  %f2 = call @head(%y2, %v2) {nn.stage = 2 : i64} : (!nn.sample<8xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %f = nn.stack %f1, %f2 : (!nn.sample<3xf32>, !nn.sample<3xf32>) -> !nn.sample<2x3xf32>
  %l = call @objective(%f, %label) : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
  nn.report %l {slot = 0 : i64} : !nn.sample<f32>
  %mean = nn.mean_samples %l : (!nn.sample<f32>) -> tensor<f32>
  return %mean : tensor<f32>
}

// Nothing is kept for the embedding and for heads this small: their plain forms run.
// CHECK-LABEL: func.func private @embedding.bwd(
// CHECK-SAME: %[[DH:.*]]: !nn.sample<?x8xf32>, %[[IDS:.*]]: !nn.sample<?xi32>, %[[GW:.*]]: !nn.gradients<@embed.weights>) {
// CHECK-NEXT: %[[DT:.*]] = nn.gather_dw %[[IDS]], %[[DH]]
// CHECK-NEXT: nn.accumulate %[[GW]] "table", %[[DT]]

// Kept: queries, keys and values, attention, the sum before the second normalisation, the hidden layer before gelu.
// CHECK-LABEL: func.func private @stage.fwd(
// CHECK: %[[Q:.*]] = nn.linear
// CHECK: %[[KV:.*]] = nn.linear
// CHECK: %[[C:.*]] = nn.attention %[[Q]], %[[KV]]
// CHECK: %[[X:.*]] = nn.add %arg0
// CHECK: %[[F:.*]] = nn.linear {{.*}} -> !nn.sample<?x32xf32>
// CHECK: return %{{.*}}, %[[Q]], %[[KV]], %[[C]], %[[X]], %[[F]] :

// CHECK-LABEL: func.func private @stage.bwd(
// CHECK-SAME: %[[DY:arg0]]: !nn.sample<?x8xf32>, %[[H:arg1]]: !nn.sample<?x8xf32>, %[[Q:arg2]]: !nn.sample<?x8xf32>, %[[KV:arg3]]: !nn.sample<?x16xf32>,
// CHECK-SAME: %[[C:arg4]]: !nn.sample<?x8xf32>, %[[X:arg5]]: !nn.sample<?x8xf32>, %[[F:arg6]]: !nn.sample<?x32xf32>,
// CHECK-SAME: %[[W:arg7]]: !nn.weights<@stage.weights>, %[[GW:arg8]]: !nn.gradients<@stage.weights>) -> !nn.sample<?x8xf32>
// Weight gradients wait for the item-wise ops behind them: gelu made again stands beside its derivative, normalised rows beside theirs.
// CHECK: nn.gelu_dx %[[F]]
// CHECK-NEXT: %[[G:.*]] = nn.gelu %[[F]]
// CHECK-NEXT: %[[DW:.*]] = nn.linear_dw %[[G]], %[[DY]]
// CHECK: nn.accumulate %[[GW]] "f2.weight", %[[DW]]
// CHECK: nn.linear_dx
// CHECK: nn.normalize %[[X]]
// CHECK-NOT: nn.accumulate
// CHECK: nn.normalize_dx %[[X]]
// CHECK: nn.accumulate %[[GW]] "f1.weight"
// CHECK: nn.accumulate %[[GW]] "n2.gain"
// CHECK: nn.linear_dw %[[C]]
// CHECK: nn.attention_grad %[[Q]], %[[KV]]
// CHECK: nn.normalize %[[H]]
// CHECK: nn.accumulate %[[GW]] "kv.weight"
// CHECK: nn.accumulate %[[GW]] "q.bias"
// CHECK-NOT: nn.attention %
// CHECK: return %{{.*}} : !nn.sample<?x8xf32>

// Row 0 of the adjoint comes from the head, all rows from the next stage; only the last stage starts from zeros.
// CHECK-LABEL: func.func @warm_up.step(
// CHECK-SAME: attributes {nn.program = "step"
// CHECK: %[[H1:.*]] = call @embedding(
// CHECK: %[[S1:.*]]:6 = call @stage.fwd(%[[H1]], %{{.*}}) {nn.stage = 1 : i64}
// CHECK: %[[S2:.*]]:6 = call @stage.fwd(%[[S1]]#0, %{{.*}}) {nn.stage = 2 : i64}
// CHECK: nn.report %{{.*}} {slot = 0 : i64}
// CHECK-NOT: nn.mean_samples
// CHECK: %[[ONE:.*]] = nn.constant dense<1.0
// CHECK: nn.spread_samples %[[ONE]] {mean = true}
// CHECK: call @objective.bwd(
// CHECK: %[[DY2:.*]] = call @head.bwd(
// CHECK: %[[ZERO:.*]] = nn.spread
// CHECK: %[[DH3:.*]] = nn.add_row %[[ZERO]], %[[DY2]]
// CHECK: %[[DH2:.*]] = call @stage.bwd(%[[DH3]], %[[S1]]#0,
// CHECK: %[[DY1:.*]] = call @head.bwd(
// CHECK: %[[SUM:.*]] = nn.add_row %[[DH2]], %[[DY1]]
// CHECK: %[[DH1:.*]] = call @stage.bwd(%[[SUM]], %[[H1]],
// CHECK: call @embedding.bwd(%[[DH1]],
// CHECK-NEXT: return
