// Verifiers of reductions, selections and moves (O22 … O31): one invalid case per message.
// RUN: offramp-opt %s --split-input-file --verify-diagnostics

// Dimension 0 of a value with rows is the rows.
func.func @f(%x: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O22: dimension 0 cannot be reduced}}
  %r = nn.sum %x {dims = array<i64: 0>} : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<3x4xf32>) {
  // expected-error @+1 {{O22: dimension 1 cannot be reduced}}
  %r = nn.mean %x {dims = array<i64: 1, 1>} : (!nn.sample<3x4xf32>) -> !nn.sample<3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<f32>) {
  // expected-error @+1 {{O23: needs a last dimension}}
  %r = nn.cumsum %x : (!nn.sample<f32>) -> !nn.sample<f32>
  return
}

// -----

func.func @f(%x: !nn.sample<f32>) {
  // expected-error @+1 {{O24: needs a last dimension}}
  %r = nn.argmax %x : (!nn.sample<f32>) -> !nn.sample<i32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O25: operand is not i1}}
  %r = nn.first_true %x {otherwise = 3 : i64} : (!nn.sample<4xf32>) -> !nn.sample<i32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %k: !nn.sample<f32>) {
  // expected-error @+1 {{O26: needs a leading static dimension and i32 indices}}
  %r = nn.take %x, %k : (!nn.sample<4xf32>, !nn.sample<f32>) -> !nn.sample<f32>
  return
}

// -----

func.func @f(%k: !nn.sample<i32>, %d: !nn.sample<f32>) {
  // expected-error @+1 {{O26: result needs the taken dimension}}
  %r = nn.take_dx %k, %d : (!nn.sample<i32>, !nn.sample<f32>) -> !nn.sample<f32>
  return
}

// -----

func.func @f() {
  // expected-error @+1 {{O27: needs an operand}}
  %r = nn.stack : () -> !nn.sample<1x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<3xf32>) {
  // expected-error @+1 {{O27: operands have different shapes}}
  %r = nn.stack %x, %y : (!nn.sample<4xf32>, !nn.sample<3xf32>) -> !nn.sample<2x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<3x4xf32>) {
  // expected-error @+1 {{O28: shapes do not fit}}
  %r = nn.concat %x, %y {dim = 0 : i64} : (!nn.sample<4xf32>, !nn.sample<3x4xf32>) -> !nn.sample<7xf32>
  return
}

// -----

// Rows are not joined by `concat`.
func.func @f(%x: !nn.sample<?x4xf32>, %y: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O28: shapes do not fit}}
  %r = nn.concat %x, %y {dim = 0 : i64} : (!nn.sample<?x4xf32>, !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<3x4xf32>, %y: !nn.sample<3x5xf32>) {
  // expected-error @+1 {{O28: shapes differ in a dimension that is not joined}}
  %r = nn.concat %x, %y {dim = 0 : i64} : (!nn.sample<3x4xf32>, !nn.sample<3x5xf32>) -> !nn.sample<6x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<3x4xf32>) {
  // expected-error @+1 {{O29: one offset and size per dimension}}
  %r = nn.slice %x {offsets = array<i64: 0>, sizes = array<i64: 2>} : (!nn.sample<3x4xf32>) -> !nn.sample<2x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<3x4xf32>) {
  // expected-error @+1 {{O29: dimension 0 is cut outside its size}}
  %r = nn.slice %x {offsets = array<i64: 2, 0>, sizes = array<i64: 2, 4>} : (!nn.sample<3x4xf32>) -> !nn.sample<2x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<3x4xf32>) {
  // expected-error @+1 {{O29: rank differs}}
  %r = nn.pad %x {offsets = array<i64: 0, 0>} : (!nn.sample<3x4xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<3x4xf32>) {
  // expected-error @+1 {{O30: 12 elements become 10}}
  %r = nn.reshape %x : (!nn.sample<3x4xf32>) -> !nn.sample<10xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<3x4xf32>) {
  // expected-error @+1 {{O31: permutation has the wrong length}}
  %r = nn.transpose %x {permutation = array<i64: 0>} : (!nn.sample<3x4xf32>) -> !nn.sample<4x3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<3x4xf32>) {
  // expected-error @+1 {{O31: not a permutation}}
  %r = nn.transpose %x {permutation = array<i64: 1, 1>} : (!nn.sample<3x4xf32>) -> !nn.sample<4x3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x3x4xf32>) {
  // expected-error @+1 {{O31: rows stay in front}}
  %r = nn.transpose %x {permutation = array<i64: 1, 0, 2>} : (!nn.sample<?x3x4xf32>) -> !nn.sample<?x4x3xf32>
  return
}

// -----

// expected-error @+1 {{names, shapes, kinds, scales and decays must have one entry a field}}
nn.bundle @b {names = ["w"], shapes = [], kinds = ["normal"], scales = [0.1], decays = [true]}

// -----

// expected-error @+1 {{shapes must be i64 arrays}}
nn.bundle @b {names = ["w"], shapes = [4], kinds = ["normal"], scales = [0.1], decays = [true]}
