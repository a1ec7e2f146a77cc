// Verifiers of types and of what every op shares: one invalid case per message.
// RUN: offramp-opt %s --split-input-file --verify-diagnostics

func.func private @f(
  // expected-error @+1 {{`?` may only be the leading dimension of a sample value}}
  !nn.sample<4x?xf32>)

// -----

func.func private @f(
  // expected-error @+1 {{dimension 1 is 0 when it should be positive}}
  !nn.sample<4x0xf32>)

// -----

func.func private @f(
  // expected-error @+1 {{element type 'f16' is not one of f32, f64, i1, ui8, i32, i64}}
  !nn.sample<4xf16>)

// -----

func.func @f(%x: !nn.sample<?x4xf32>, %y: !nn.sample<4xf32>) {
  // expected-error @+1 {{O4: a per-sample value meets rows; `nn.spread` it first}}
  %r = nn.add %x, %y : (!nn.sample<?x4xf32>, !nn.sample<4xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32, #nn.space<rows>>, %y: tensor<?x4xf32, #nn.space<rest>>) {
  // expected-error @+1 {{operands lie in different row spaces}}
  %r = nn.add %x, %y : (tensor<?x4xf32, #nn.space<rows>>, tensor<?x4xf32, #nn.space<rest>>) -> tensor<?x4xf32, #nn.space<rows>>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O3: result is placed otherwise than the operands}}
  %r = nn.tanh %x : (!nn.sample<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O3: result has item shape [5] when it should be [4]}}
  %r = nn.tanh %x : (!nn.sample<4xf32>) -> !nn.sample<5xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O3: result has element type 'i32' when it should be 'f32'}}
  %r = nn.tanh %x : (!nn.sample<4xf32>) -> !nn.sample<4xi32>
  return
}
