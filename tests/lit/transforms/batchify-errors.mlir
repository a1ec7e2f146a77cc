// What batchify refuses.
// RUN: offramp-opt --batchify --split-input-file --verify-diagnostics %s

func.func private @stage(%h: !nn.sample<4xf32>, %c: !nn.sample<i1>) -> !nn.sample<4xf32> {
  // expected-error @below {{exits belong to the top level of a walk}}
  nn.exit_if %c {
    nn.leave_with %h {stage = 1 : i64} : !nn.sample<4xf32>
  } : !nn.sample<i1>
  return %h : !nn.sample<4xf32>
}
func.func @infer(%x: !nn.sample<4xf32> {nn.input = 0 : i64}, %c: !nn.sample<i1> {nn.input = 1 : i64}) attributes {nn.program = "infer"} {
  %h = call @stage(%x, %c) : (!nn.sample<4xf32>, !nn.sample<i1>) -> !nn.sample<4xf32>
  nn.leave_with %h {stage = 1 : i64} : !nn.sample<4xf32>
  return
}

// -----

// expected-error @below {{argument 0 of a program is neither input, table nor setting}}
func.func @infer(%x: !nn.sample<4xf32>) attributes {nn.program = "infer"} {
  nn.leave_with %x {stage = 1 : i64} : !nn.sample<4xf32>
  return
}

// -----

func.func private @stage(%h: !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32> {
  return %h : !nn.sample<?x4xf32>
}
func.func private @stage.exit(%h: !nn.sample<?x4xf32>) -> !nn.sample<4xf32> {
  %r = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  return %r : !nn.sample<4xf32>
}
func.func @infer(%x: !nn.sample<?x4xf32> {nn.input = 0 : i64}) attributes {nn.program = "infer"} {
  // expected-error @below {{a stage that decides first has no `nn.join`}}
  %r = call @stage.exit(%x) {nn.stage = 1 : i64, nn.whole = @stage} : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  nn.leave_with %r {stage = 1 : i64} : !nn.sample<4xf32>
  return
}
