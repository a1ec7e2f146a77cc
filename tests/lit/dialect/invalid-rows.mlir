// Verifiers of ops on rows, draws and crossings (O14 … O20, O32): one invalid case per message.
// RUN: offramp-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O14: only row 0 can be picked in this version, not row 2}}
  %r = nn.row %x {index = 2 : i64} : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O14: operand must have rows}}
  %r = nn.row %x : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O14: result type does not fit}}
  %r = nn.row %x : (!nn.sample<?x4xf32>) -> !nn.sample<5xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O15: only rows from 1 can be taken in this version, not from 2}}
  %r = nn.rest %x {from = 2 : i64} : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O15: operand must have rows}}
  %r = nn.rest %x : (!nn.sample<4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xf32>) {
  // expected-error @+1 {{O16: operand must have rows}}
  %r = nn.join %x, %y : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<5xf32>, %y: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O16: result type does not fit}}
  %r = nn.join %x, %y : (!nn.sample<5xf32>, !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O17: operand must have rows}}
  %r = nn.mean_rows %x : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O17: result type does not fit}}
  %r = nn.sum_rows %x : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xf32>) {
  // expected-error @+1 {{O18: operand must have rows}}
  %r = nn.spread %x, %y : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>, %y: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O18: the value to repeat has rows already}}
  %r = nn.spread %x, %y : (!nn.sample<?x4xf32>, !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O19: [R, D] becomes [?, D]}}
  %r = nn.to_rows %x : (!nn.sample<4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O19: [?, D] becomes [R, D]}}
  %r = nn.from_rows %x : (!nn.sample<?x4xf32>) -> !nn.sample<3x5xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O20: result must be i32 rows}}
  %r = nn.positions %x : (!nn.sample<?x4xf32>) -> !nn.sample<?xf32>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{O32: a draw belongs to a sample}}
  %r = nn.uniform {site = 1 : i64} : () -> tensor<4xf32>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{O32: `like` is given exactly when rows are drawn}}
  %r = nn.uniform {site = 1 : i64} : () -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O4: [3] does not broadcast to [4]}}
  %r = nn.sum_to %x : (!nn.sample<4xf32>) -> !nn.sample<3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O4: sum over rows is `nn.sum_rows`}}
  %r = nn.sum_to %x : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{a crossing goes from per sample to shared, same item}}
  %r = nn.mean_samples %x : (!nn.sample<?x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @+1 {{goes from shared to per sample, same item}}
  %r = nn.spread_samples %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %d: !nn.sample<4xf32>) {
  // expected-error @+1 {{A2: result and first operand must be equal rows}}
  %r = nn.add_row %x, %d : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>, %d: !nn.sample<5xf32>) {
  // expected-error @+1 {{A2: row to add has item shape [5] per sample when it should be [4]}}
  %r = nn.add_row %x, %d : (!nn.sample<?x4xf32>, !nn.sample<5xf32>) -> !nn.sample<?x4xf32>
  return
}
