// Where a stage cannot be split its call says why; the exit itself is unchanged.
// RUN: offramp-opt --split-exits --split-input-file %s | FileCheck %s

func.func private @stage(%h: !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32> {
  %y = nn.tanh %h : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return %y : !nn.sample<?x4xf32>
}
func.func private @head(%h: !nn.sample<?x4xf32>) -> !nn.sample<4xf32> {
  %r = nn.mean_rows %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  return %r : !nn.sample<4xf32>
}
// The leaver's head counts as much as the decision.
// CHECK-LABEL: func.func @infer(
// CHECK: call @stage(%{{.*}}) {nn.split_reason = "`@head` reads all rows before the exit", nn.stage = 1 : i64}
func.func @infer(%x: !nn.sample<?x4xf32>, %c: !nn.sample<i1>) attributes {nn.program = "infer"} {
  %h = call @stage(%x) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  nn.exit_if %c {
    %f = func.call @head(%h) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
    nn.leave_with %f {stage = 1 : i64} : !nn.sample<4xf32>
  } : !nn.sample<i1>
  %g = call @head(%h) : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  nn.leave_with %g {stage = 2 : i64} : !nn.sample<4xf32>
  return
}

// -----

func.func private @conv(%h: !nn.sample<1x4x4xf32>) -> !nn.sample<1x4x4xf32> {
  %y = nn.relu %h : (!nn.sample<1x4x4xf32>) -> !nn.sample<1x4x4xf32>
  return %y : !nn.sample<1x4x4xf32>
}
// CHECK-LABEL: func.func @infer(
// CHECK: call @conv(%{{.*}}) {nn.split_reason = "the stage has no rows: the exit needs its whole result", nn.stage = 1 : i64}
func.func @infer(%x: !nn.sample<1x4x4xf32>, %c: !nn.sample<i1>) attributes {nn.program = "infer"} {
  %h = call @conv(%x) {nn.stage = 1 : i64} : (!nn.sample<1x4x4xf32>) -> !nn.sample<1x4x4xf32>
  nn.exit_if %c {
    nn.leave_with %h {stage = 1 : i64} : !nn.sample<1x4x4xf32>
  } : !nn.sample<i1>
  nn.leave_with %h {stage = 2 : i64} : !nn.sample<1x4x4xf32>
  return
}

// -----

// Two layers in one stage: the second layer's keys need the first layer whole, so the rest would compute it twice.
func.func private @two(%h: !nn.sample<?x4xf32>, %k: tensor<4x8xf32>, %o: tensor<4x4xf32>) -> !nn.sample<?x4xf32> {
  %x = nn.linear %h, %o : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  %kv = nn.linear %x, %k : (!nn.sample<?x4xf32>, tensor<4x8xf32>) -> !nn.sample<?x8xf32>
  %y = nn.attention %x, %kv {heads = 1 : i64} : (!nn.sample<?x4xf32>, !nn.sample<?x8xf32>) -> !nn.sample<?x4xf32>
  return %y : !nn.sample<?x4xf32>
}
// CHECK-LABEL: func.func @infer(
// CHECK: call @two(%{{.*}}) {nn.split_reason = "`nn.linear` would run twice: the exit needs all its rows", nn.stage = 1 : i64}
func.func @infer(%x: !nn.sample<?x4xf32>, %c: !nn.sample<i1>) attributes {nn.program = "infer"} {
  %k = nn.constant dense<0.1> : tensor<4x8xf32> : tensor<4x8xf32>
  %o = nn.constant dense<0.1> : tensor<4x4xf32> : tensor<4x4xf32>
  %h = call @two(%x, %k, %o) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, tensor<4x8xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  %y = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  nn.exit_if %c {
    nn.leave_with %y {stage = 1 : i64} : !nn.sample<4xf32>
  } : !nn.sample<i1>
  %m = nn.mean_rows %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  nn.leave_with %m {stage = 2 : i64} : !nn.sample<4xf32>
  return
}

// -----

// Positions are counted from the sample's first row: there is no form for the rest rows alone.
func.func private @place(%h: !nn.sample<?x4xf32>, %t: tensor<9x4xf32>) -> !nn.sample<?x4xf32> {
  %p = nn.positions %h : (!nn.sample<?x4xf32>) -> !nn.sample<?xi32>
  %e = nn.gather %t, %p : (tensor<9x4xf32>, !nn.sample<?xi32>) -> !nn.sample<?x4xf32>
  %y = nn.add %h, %e : (!nn.sample<?x4xf32>, !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return %y : !nn.sample<?x4xf32>
}
// The stage that nobody reads before the exit is not run in two parts either.
// CHECK-LABEL: func.func @infer(
// CHECK: call @place(%{{.*}}) {nn.split_reason = "`nn.positions` has no form for the rest rows", nn.stage = 1 : i64}
// CHECK: call @place(%{{.*}}) {nn.split_reason = "the exit reads nothing of the stage", nn.stage = 2 : i64}
func.func @infer(%x: !nn.sample<?x4xf32>, %c: !nn.sample<i1>) attributes {nn.program = "infer"} {
  %t = nn.constant dense<0.1> : tensor<9x4xf32> : tensor<9x4xf32>
  %h = call @place(%x, %t) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, tensor<9x4xf32>) -> !nn.sample<?x4xf32>
  %y = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  nn.exit_if %c {
    nn.leave_with %y {stage = 1 : i64} : !nn.sample<4xf32>
  } : !nn.sample<i1>
  %h2 = call @place(%h, %t) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, tensor<9x4xf32>) -> !nn.sample<?x4xf32>
  nn.exit_if %c {
    nn.leave_with %y {stage = 2 : i64} : !nn.sample<4xf32>
  } : !nn.sample<i1>
  %m = nn.mean_rows %h2 : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  nn.leave_with %m {stage = 3 : i64} : !nn.sample<4xf32>
  return
}
