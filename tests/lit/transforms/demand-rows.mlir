// Row 0 demanded through item-wise ops and the query of attention; all rows through its keys. Heads take one row.
// RUN: offramp-opt --demand-rows %s | FileCheck %s

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
// Row 0 of an item-wise chain: the chain moves to the row.
func.func private @head(%h: !nn.sample<?x4xf32>) -> !nn.sample<4xf32> {
  %t = nn.tanh %h : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %r = nn.row %t : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  return %r : !nn.sample<4xf32>
}
func.func private @unread(%h: !nn.sample<?x4xf32>) -> !nn.sample<4xf32> {
  %r = nn.mean_rows %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  return %r : !nn.sample<4xf32>
}
func.func @evaluate(%x: !nn.sample<?x4xf32> {nn.input = 0 : i64}) attributes {nn.program = "evaluate"} {
  %w1 = nn.weights @stage.1 : <@stage.weights>
  %h1 = call @stage(%x, %w1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %f1 = call @head(%h1) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %g1 = call @unread(%h1) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %w2 = nn.weights @stage.2 : <@stage.weights>
  %h2 = call @stage(%h1, %w2) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %f2 = call @head(%h2) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %F = nn.stack %f1, %f2 : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<2x4xf32>
  nn.collect %F {name = "logits", slot = 0 : i64} : !nn.sample<2x4xf32>
  return
}

// The whole stage stays for the first call.
// CHECK-LABEL: func.func private @stage(
// CHECK-LABEL: func.func private @stage.first(
// CHECK-SAME: %[[H:.*]]: !nn.sample<?x4xf32>, %[[W:.*]]: !nn.weights<@stage.weights>) -> !nn.sample<4xf32>
// CHECK-NEXT: %[[H0:.*]] = nn.row %[[H]]
// CHECK-NEXT: %[[N:.*]] = nn.normalize %[[H]] {{.*}} -> !nn.sample<?x4xf32>
// CHECK-NEXT: %[[N0:.*]] = nn.row %[[N]]
// CHECK-NEXT: %[[WQ:.*]] = nn.field %[[W]] "q"
// CHECK-NEXT: %[[Q:.*]] = nn.linear %[[N0]], %[[WQ]] {{.*}} -> !nn.sample<4xf32>
// CHECK: %[[KV:.*]] = nn.linear %[[N]], {{.*}} -> !nn.sample<?x8xf32>
// CHECK-NEXT: %[[C:.*]] = nn.attention %[[Q]], %[[KV]] {heads = 2 : i64} : (!nn.sample<4xf32>, !nn.sample<?x8xf32>) -> !nn.sample<4xf32>
// CHECK-NEXT: %[[Y:.*]] = nn.add %[[H0]], %[[C]] {{.*}} -> !nn.sample<4xf32>
// CHECK-NEXT: return %[[Y]]

// CHECK-LABEL: func.func private @head.first(
// CHECK-SAME: %[[R:.*]]: !nn.sample<4xf32>) -> !nn.sample<4xf32>
// CHECK-NEXT: %[[T:.*]] = nn.tanh %[[R]] : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
// CHECK-NEXT: return %[[T]]

// CHECK-LABEL: func.func @evaluate(
// CHECK-SAME: !nn.sample<?x4xf32> {nn.input = 0 : i64}) attributes {nn.program = "evaluate"}
// CHECK: %[[H1:.*]] = call @stage(%{{.*}}) {nn.stage = 1 : i64}
// CHECK-NEXT: %[[Y1:.*]] = nn.row %[[H1]]
// CHECK-NEXT: call @head.first(%[[Y1]])
// CHECK-NOT: @unread
// CHECK: %[[Y2:.*]] = call @stage.first(%[[H1]], %{{.*}}) {nn.stage = 2 : i64}
// CHECK-NEXT: call @head.first(%[[Y2]])
