// A policy phase: the backbone is frozen and runs in its plain form, the reward carries no gradient, two decisions share one gate.
// RUN: offramp-opt --autodiff %s | FileCheck %s

nn.bundle @embed.weights {names = ["table"], shapes = [array<i64: 5, 4>], kinds = ["normal"], scales = [1.0], decays = [true]}
nn.bundle @gate.weights {names = ["weight", "bias"], shapes = [array<i64: 4, 1>, array<i64: 1>], kinds = ["normal", "constant"], scales = [0.5, 0.0], decays = [true, false]}
nn.instance @embed : @embed.weights at 0
nn.instance @gate : @gate.weights at 32
nn.instance @gate.3 : @gate.weights at 64

func.func private @embedding(%ids: !nn.sample<?xi32>, %w: !nn.weights<@embed.weights>) -> !nn.sample<?x4xf32> {
  %table = nn.field %w "table" : !nn.weights<@embed.weights> -> tensor<5x4xf32>
  %h = nn.gather %table, %ids : (tensor<5x4xf32>, !nn.sample<?xi32>) -> !nn.sample<?x4xf32>
  return %h : !nn.sample<?x4xf32>
}

func.func private @gating(%h: !nn.sample<?x4xf32>, %w: !nn.weights<@gate.weights>) -> !nn.sample<f32> {
  %weight = nn.field %w "weight" : !nn.weights<@gate.weights> -> tensor<4x1xf32>
  %bias = nn.field %w "bias" : !nn.weights<@gate.weights> -> tensor<1xf32>
  %m = nn.mean_rows %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %z = nn.linear %m, %weight, %bias : (!nn.sample<4xf32>, tensor<4x1xf32>, tensor<1xf32>) -> !nn.sample<1xf32>
  %r = nn.reshape %z : (!nn.sample<1xf32>) -> !nn.sample<f32>
  return %r : !nn.sample<f32>
}

// log-probability of leaving at each stage, from the logits of the decisions; the last stage takes everybody who is left
func.func private @log_stop(%z: !nn.sample<3xf32>) -> !nn.sample<4xf32> {
  %zero = nn.constant dense<0.0> : tensor<1xf32> : tensor<1xf32>
  %s = nn.softplus %z : (!nn.sample<3xf32>) -> !nn.sample<3xf32>
  %c = nn.cumsum %s : (!nn.sample<3xf32>) -> !nn.sample<3xf32>
  %before = nn.concat %zero, %c {dim = 0 : i64} : (tensor<1xf32>, !nn.sample<3xf32>) -> !nn.sample<4xf32>
  %n = nn.neg %z : (!nn.sample<3xf32>) -> !nn.sample<3xf32>
  %l = nn.softplus %n : (!nn.sample<3xf32>) -> !nn.sample<3xf32>
  %here = nn.concat %l, %zero {dim = 0 : i64} : (!nn.sample<3xf32>, tensor<1xf32>) -> !nn.sample<4xf32>
  %sum = nn.add %before, %here : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  %lp = nn.neg %sum : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
  return %lp : !nn.sample<4xf32>
}

// the loss of one sample, and the mean stage at which its copies leave
func.func private @objective(%z: !nn.sample<3xf32>, %difficulty: !nn.sample<f32>, %alpha: tensor<f32>) -> (!nn.sample<f32>, !nn.sample<f32>) {
  %u = nn.uniform {site = 1 : i64} : () -> !nn.sample<4x3xf32>
  %p = nn.sigmoid %z : (!nn.sample<3xf32>) -> !nn.sample<3xf32>
  %a = nn.compare %u, %p {predicate = "lt"} : (!nn.sample<4x3xf32>, !nn.sample<3xf32>) -> !nn.sample<4x3xi1>
  %k = nn.first_true %a {otherwise = 3 : i64} : (!nn.sample<4x3xi1>) -> !nn.sample<4xi32>
  %lp = call @log_stop(%z) : (!nn.sample<3xf32>) -> !nn.sample<4xf32>
  %lpk = nn.take %lp, %k : (!nn.sample<4xf32>, !nn.sample<4xi32>) -> !nn.sample<4xf32>
  %stage = nn.cast %k : (!nn.sample<4xi32>) -> !nn.sample<4xf32>
  %cost = nn.mul %stage, %alpha : (!nn.sample<4xf32>, tensor<f32>) -> !nn.sample<4xf32>
  %gain = nn.mul %stage, %difficulty : (!nn.sample<4xf32>, !nn.sample<f32>) -> !nn.sample<4xf32>
  %reward = nn.sub %gain, %cost : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  %base = nn.mean %reward {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  %ad0 = nn.sub %reward, %base : (!nn.sample<4xf32>, !nn.sample<f32>) -> !nn.sample<4xf32>
  %ad = nn.stop_gradient %ad0 : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
  %t = nn.mul %ad, %lpk : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  %s = nn.mean %t {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  %l = nn.neg %s : (!nn.sample<f32>) -> !nn.sample<f32>
  %at = nn.mean %stage {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  return %l, %at : !nn.sample<f32>, !nn.sample<f32>
}

func.func @policy.loss(%ids: !nn.sample<?xi32> {nn.input = 0 : i64}, %difficulty: !nn.sample<f32> {nn.table = 0 : i64}, %alpha: tensor<f32> {nn.setting = 0 : i64}) -> tensor<f32>
    attributes {nn.program = "loss", nn.updates = ["gate", "gate.3"]} {
  %w = nn.weights @embed : !nn.weights<@embed.weights>
  %h = call @embedding(%ids, %w) : (!nn.sample<?xi32>, !nn.weights<@embed.weights>) -> !nn.sample<?x4xf32>
  %w1 = nn.weights @gate : !nn.weights<@gate.weights>
  %z1 = call @gating(%h, %w1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@gate.weights>) -> !nn.sample<f32>
  %g = nn.gelu %h : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %w2 = nn.weights @gate : !nn.weights<@gate.weights>
  %z2 = call @gating(%g, %w2) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@gate.weights>) -> !nn.sample<f32>
  %w3 = nn.weights @gate.3 : !nn.weights<@gate.weights>
  %z3 = call @gating(%h, %w3) {nn.stage = 3 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@gate.weights>) -> !nn.sample<f32>
  %z = nn.stack %z1, %z2, %z3 : (!nn.sample<f32>, !nn.sample<f32>, !nn.sample<f32>) -> !nn.sample<3xf32>
  %l, %at = call @objective(%z, %difficulty, %alpha) : (!nn.sample<3xf32>, !nn.sample<f32>, tensor<f32>) -> (!nn.sample<f32>, !nn.sample<f32>)
  nn.report %l {slot = 0 : i64} : !nn.sample<f32>
  nn.report %at {slot = 1 : i64} : !nn.sample<f32>
  %mean = nn.mean_samples %l : (!nn.sample<f32>) -> tensor<f32>
  return %mean : tensor<f32>
}

// CHECK-NOT: @embedding.bwd
// The mean over the rows is kept, the rows are not.
// CHECK-LABEL: func.func private @gating.fwd(
// CHECK: %[[M:.*]] = nn.mean_rows
// CHECK: return %{{.*}}, %[[M]] : !nn.sample<f32>, !nn.sample<4xf32>
// No adjoint of frozen rows.
// CHECK-LABEL: func.func private @gating.bwd(
// CHECK-SAME: %arg0: !nn.sample<f32>, %arg1: !nn.sample<4xf32>, %arg2: !nn.gradients<@gate.weights>) {

// (p - 1)·g here, p·Σ later: from logits, so never a log of zero.
// CHECK-LABEL: func.func private @log_stop.bwd(
// CHECK: nn.sigmoid
// CHECK: nn.cumsum %{{.*}} {reverse = true}
// CHECK: nn.sigmoid

// Decisions are kept; the draw is not, and no derivative passes the reward.
// CHECK-LABEL: func.func private @objective.bwd(
// CHECK-NOT: nn.uniform
// CHECK: nn.first_true %arg4
// CHECK: nn.stop_gradient
// CHECK: %[[D:.*]] = nn.take_dx
// CHECK: call @log_stop.bwd(%[[D]]

// CHECK-LABEL: func.func @policy.step(
// CHECK: call @embedding(
// CHECK: %[[GATE:.*]] = nn.gradients @gate :
// CHECK: %[[THIRD:.*]] = nn.gradients @gate.3 :
// CHECK: nn.report %{{.*}} {slot = 0 : i64}
// CHECK: nn.report %{{.*}} {slot = 1 : i64}
// CHECK: call @gating.bwd(%{{.*}}, %[[THIRD]]) {nn.stage = 3 : i64}
// CHECK: call @gating.bwd(%{{.*}}, %[[GATE]]) {nn.stage = 2 : i64}
// CHECK: call @gating.bwd(%{{.*}}, %[[GATE]]) {nn.stage = 1 : i64}
// CHECK-NEXT: return
