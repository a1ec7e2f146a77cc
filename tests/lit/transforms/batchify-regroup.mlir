// Where rows move. A stage that can decide first is run in one of two ways; one that cannot is followed by a regroup of all rows in front of the
// next reader of rows; a network without rows is narrowed.
// RUN: offramp-opt --batchify --split-input-file %s | FileCheck %s

func.func private @stage(%h: !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32> {
  %y = nn.tanh %h : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return %y : !nn.sample<?x4xf32>
}
func.func private @stage.exit(%h: !nn.sample<?x4xf32>) -> !nn.sample<4xf32> {
  %r = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %y = nn.tanh %r : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
  return %y : !nn.sample<4xf32>
}
func.func private @stage.rest(%h: !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32> {
  %y = nn.tanh %h : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return %y : !nn.sample<?x4xf32>
}
func.func private @gate(%y: !nn.sample<4xf32>) -> !nn.sample<i1> {
  %s = nn.sum %y {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  %z = nn.constant dense<0.0> : tensor<f32> : tensor<f32>
  %c = nn.compare %s, %z {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %c : !nn.sample<i1>
}

// CHECK-LABEL: func.func @infer(
// CHECK-SAME: %[[B:.*]]: !nn.batch
// CHECK: %[[X:.*]] = nn.read_input
// CHECK: %[[E:.*]]:2 = nn.either %[[B]] {
// Exit first: row 0 of everybody, the decision, the rest of those who stay.
// CHECK: %[[Y:.*]] = func.call @stage.exit(%[[B]], %[[X]])
// CHECK: %[[C:.*]] = func.call @gate(%[[B]], %[[Y]])
// CHECK: %[[S:.*]], %[[L:.*]] = nn.leave %[[B]], %[[C]]
// CHECK: %[[YL:.*]] = nn.narrow %[[Y]] to %[[L]]
// CHECK: nn.put %[[L]], %[[YL]] {stage = 1 : i64}
// CHECK: %[[R:.*]], %[[H:.*]] = nn.regroup_rest %[[S]], %[[X]] {stage = 1 : i64} : tensor<?x4xf32, #nn.space<rows>> -> tensor<?x4xf32, #nn.space<rest>>
// CHECK: %[[HR:.*]] = func.call @stage.rest.batchedr(%[[R]], %[[H]])
// CHECK: %[[YS:.*]] = nn.narrow %[[Y]] to %[[R]]
// CHECK: %[[J:.*]] = nn.join %[[YS]], %[[HR]]
// CHECK: nn.yield %[[R]], %[[J]]
// CHECK: } or {
// Whole: all rows of everybody, the decision, all rows of the stayers together.
// CHECK: %[[HW:.*]] = func.call @stage(%[[B]], %[[X]])
// CHECK: %[[YW:.*]] = nn.row %[[HW]]
// CHECK: %[[CW:.*]] = func.call @gate(%[[B]], %[[YW]])
// CHECK: %[[SW:.*]], %[[LW:.*]] = nn.leave %[[B]], %[[CW]]
// CHECK: nn.put %[[LW]]
// CHECK: %[[RW:.*]], %[[AW:.*]] = nn.regroup_all %[[SW]], %[[HW]] {stage = 1 : i64}
// CHECK: nn.yield %[[RW]], %[[AW]]
// CHECK: } {stage = 1 : i64}
// CHECK-NEXT: nn.done_if_empty %[[E]]#0
// CHECK: %[[Y2:.*]] = call @stage.exit(%[[E]]#0, %[[E]]#1) {nn.stage = 2 : i64}
// CHECK: nn.put %[[E]]#0, %[[Y2]] {stage = 2 : i64}
// CHECK-NEXT: return
func.func @infer(%x: !nn.sample<?x4xf32> {nn.input = 0 : i64}) attributes {nn.program = "infer"} {
  %y = call @stage.exit(%x) {nn.stage = 1 : i64, nn.whole = @stage} : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %c = call @gate(%y) : (!nn.sample<4xf32>) -> !nn.sample<i1>
  nn.exit_if %c {
    nn.leave_with %y {stage = 1 : i64} : !nn.sample<4xf32>
  } : !nn.sample<i1>
  %hr = nn.rest %x : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %r = call @stage.rest(%hr) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %h = nn.join %y, %r : (!nn.sample<4xf32>, !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %y2 = call @stage.exit(%h) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  nn.leave_with %y2 {stage = 2 : i64} : !nn.sample<4xf32>
  return
}

// -----

// The exit reads all rows: no two ways. The rows move once, in front of stage 2, and carried state follows by narrow.
func.func private @stage(%h: !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32> {
  %y = nn.tanh %h : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return %y : !nn.sample<?x4xf32>
}
func.func private @head(%h: !nn.sample<?x4xf32>) -> !nn.sample<4xf32> {
  %m = nn.mean_rows %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  return %m : !nn.sample<4xf32>
}
func.func private @gate(%y: !nn.sample<4xf32>) -> !nn.sample<i1> {
  %s = nn.sum %y {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  %z = nn.constant dense<0.0> : tensor<f32> : tensor<f32>
  %c = nn.compare %s, %z {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %c : !nn.sample<i1>
}
// CHECK-LABEL: func.func @infer(
// CHECK-NOT: nn.either
// CHECK: %[[H:.*]] = call @stage(
// CHECK: %[[M:.*]] = call @head(
// CHECK: %[[S:.*]], %[[L:.*]] = nn.leave
// CHECK: nn.put %[[L]]
// CHECK: %[[R:.*]], %[[A:.*]] = nn.regroup_all %[[S]], %[[H]] {stage = 1 : i64}
// CHECK-NEXT: nn.done_if_empty %[[R]]
// CHECK-NEXT: %[[H2:.*]] = call @stage(%[[R]], %[[A]]) {nn.stage = 2 : i64}
// CHECK: %[[M2:.*]] = call @head(%[[R]], %[[H2]])
// CHECK: %[[MS:.*]] = nn.narrow %[[M]] to %[[R]]
// CHECK: nn.add %[[MS]], %[[M2]]
// CHECK: nn.put %[[R]]
func.func @infer(%x: !nn.sample<?x4xf32> {nn.input = 0 : i64}) attributes {nn.program = "infer"} {
  %h = call @stage(%x) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %m = call @head(%h) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %c = call @gate(%m) : (!nn.sample<4xf32>) -> !nn.sample<i1>
  nn.exit_if %c {
    nn.leave_with %m {stage = 1 : i64} : !nn.sample<4xf32>
  } : !nn.sample<i1>
  %h2 = call @stage(%h) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %m2 = call @head(%h2) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %sum = nn.add %m, %m2 : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  nn.leave_with %sum {stage = 2 : i64} : !nn.sample<4xf32>
  return
}

// -----

// No rows: the stayers' values are gathered where they are read, and nothing else moves.
func.func private @stage(%h: !nn.sample<2x3xf32>) -> !nn.sample<2x3xf32> {
  %y = nn.tanh %h : (!nn.sample<2x3xf32>) -> !nn.sample<2x3xf32>
  return %y : !nn.sample<2x3xf32>
}
func.func private @gate(%y: !nn.sample<2x3xf32>) -> !nn.sample<i1> {
  %s = nn.sum %y {dims = array<i64: 0, 1>} : (!nn.sample<2x3xf32>) -> !nn.sample<f32>
  %z = nn.constant dense<0.0> : tensor<f32> : tensor<f32>
  %c = nn.compare %s, %z {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %c : !nn.sample<i1>
}
// CHECK-LABEL: func.func @infer(
// CHECK: %[[H:.*]] = call @stage(%arg0, %{{.*}}) {nn.stage = 1 : i64} : (!nn.batch, tensor<?x2x3xf32, #nn.space<samples>>)
// CHECK: %[[S:.*]], %[[L:.*]] = nn.leave
// CHECK-NOT: nn.regroup
// CHECK: nn.done_if_empty %[[S]]
// CHECK-NEXT: %[[N:.*]] = nn.narrow %[[H]] to %[[S]]
// CHECK-NEXT: call @stage(%[[S]], %[[N]]) {nn.stage = 2 : i64}
func.func @infer(%x: !nn.sample<2x3xf32> {nn.input = 0 : i64}) attributes {nn.program = "infer"} {
  %h = call @stage(%x) {nn.stage = 1 : i64} : (!nn.sample<2x3xf32>) -> !nn.sample<2x3xf32>
  %c = call @gate(%h) : (!nn.sample<2x3xf32>) -> !nn.sample<i1>
  nn.exit_if %c {
    nn.leave_with %h {stage = 1 : i64} : !nn.sample<2x3xf32>
  } : !nn.sample<i1>
  %h2 = call @stage(%h) {nn.stage = 2 : i64} : (!nn.sample<2x3xf32>) -> !nn.sample<2x3xf32>
  nn.leave_with %h2 {stage = 2 : i64} : !nn.sample<2x3xf32>
  return
}
