// The exit part gives row 0 and the keys and values; the rest part recomputes the normalisation and computes the other rows.
// RUN: offramp-opt --demand-rows --split-exits %s | FileCheck %s

nn.bundle @stage.weights {names = ["q", "kv"], shapes = [array<i64: 4, 4>, array<i64: 4, 8>], kinds = ["normal", "normal"], scales = [0.1, 0.1], decays = [true, true]}
nn.instance @stage.1 : @stage.weights at 0
nn.instance @stage.2 : @stage.weights at 48

func.func private @stage(%h: !nn.sample<?x4xf32>, %w: !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32> {
  %n = nn.normalize %h {eps = 1.0e-5 : f64} : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %wq = nn.field %w "q" : <@stage.weights> -> tensor<4x4xf32>
  %q = nn.linear %n, %wq : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  %wkv = nn.field %w "kv" : <@stage.weights> -> tensor<4x8xf32>
  %kv = nn.linear %n, %wkv : (!nn.sample<?x4xf32>, tensor<4x8xf32>) -> !nn.sample<?x8xf32>
  %c = nn.attention %q, %kv {heads = 2 : i64} : (!nn.sample<?x4xf32>, !nn.sample<?x8xf32>) -> !nn.sample<?x4xf32>
  %y = nn.add %h, %c : (!nn.sample<?x4xf32>, !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return %y : !nn.sample<?x4xf32>
}
func.func private @gate(%h: !nn.sample<?x4xf32>) -> !nn.sample<i1> {
  %r = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %s = nn.sum %r {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  %z = nn.constant dense<0.0> : tensor<f32> : tensor<f32>
  %c = nn.compare %s, %z {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %c : !nn.sample<i1>
}
func.func private @head(%h: !nn.sample<?x4xf32>) -> !nn.sample<4xf32> {
  %r = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  return %r : !nn.sample<4xf32>
}
func.func @infer(%x: !nn.sample<?x4xf32> {nn.input = 0 : i64}) attributes {nn.program = "infer"} {
  %w1 = nn.weights @stage.1 : <@stage.weights>
  %h1 = call @stage(%x, %w1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %c = call @gate(%h1) : (!nn.sample<?x4xf32>) -> !nn.sample<i1>
  nn.exit_if %c {
    %f1 = func.call @head(%h1) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
    nn.leave_with %f1 {stage = 1 : i64} : !nn.sample<4xf32>
  } : !nn.sample<i1>
  %w2 = nn.weights @stage.2 : <@stage.weights>
  %h2 = call @stage(%h1, %w2) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %f2 = call @head(%h2) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  nn.leave_with %f2 {stage = 2 : i64} : !nn.sample<4xf32>
  return
}

// CHECK-LABEL: func.func private @stage.exit(
// CHECK-SAME: -> (!nn.sample<4xf32>, !nn.sample<?x8xf32>)
// CHECK: %[[KV:.*]] = nn.linear {{.*}} -> !nn.sample<?x8xf32>
// CHECK: %[[Y:.*]] = nn.add {{.*}} -> !nn.sample<4xf32>
// CHECK: return %[[Y]], %[[KV]]

// CHECK-LABEL: func.func private @stage.rest(
// CHECK-SAME: %[[HR:.*]]: !nn.sample<?x4xf32>, %[[KV:.*]]: !nn.sample<?x8xf32>, %[[W:.*]]: !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
// CHECK-NEXT: %[[N:.*]] = nn.normalize %[[HR]]
// CHECK-NEXT: %[[WQ:.*]] = nn.field %[[W]] "q"
// CHECK-NEXT: %[[Q:.*]] = nn.linear %[[N]], %[[WQ]]
// CHECK-NEXT: %[[C:.*]] = nn.attention %[[Q]], %[[KV]]
// CHECK-NEXT: %[[Y:.*]] = nn.add %[[HR]], %[[C]]
// CHECK-NEXT: return %[[Y]]

// CHECK-LABEL: func.func @infer(
// CHECK-SAME: %[[X:.*]]: !nn.sample<?x4xf32>
// CHECK: %[[W1:.*]] = nn.weights @stage.1
// CHECK-NEXT: %[[E:.*]]:2 = call @stage.exit(%[[X]], %[[W1]]) {nn.stage = 1 : i64, nn.whole = @stage}
// CHECK-NEXT: %[[C:.*]] = call @gate.first(%[[E]]#0)
// CHECK-NEXT: nn.exit_if %[[C]] {
// CHECK-NEXT: func.call @head.first(%[[E]]#0)
// CHECK: } : !nn.sample<i1>
// CHECK-NEXT: %[[HR:.*]] = nn.rest %[[X]]
// CHECK-NEXT: %[[R:.*]] = call @stage.rest(%[[HR]], %[[E]]#1, %[[W1]]) {nn.stage = 1 : i64}
// CHECK-NEXT: %[[H1:.*]] = nn.join %[[E]]#0, %[[R]]
// CHECK: call @stage.first(%[[H1]]
