// Verifiers of elementwise ops (O2 … O8, O33, O36): one invalid case per message.
// RUN: offramp-opt %s --split-input-file --verify-diagnostics

// expected-error @+2 {{O2: value has type 'tensor<2xf32>', result 'tensor<3xf32>'}}
func.func @f() {
  %0 = nn.constant dense<[1.0, 2.0]> : tensor<2xf32> : tensor<3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xi32>) {
  // expected-error @+1 {{O3: operand is 'i32' when it should be f32}}
  %r = nn.exp %x : (!nn.sample<4xi32>) -> !nn.sample<4xi32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xi32>) {
  // expected-error @+1 {{O4: operands have element types 'f32' and 'i32'}}
  %r = nn.add %x, %y : (!nn.sample<4xf32>, !nn.sample<4xi32>) -> !nn.sample<4xf32>
  return
}

// -----

// Division is real division: integers are cast first.
func.func @f(%x: !nn.sample<4xi32>, %y: !nn.sample<4xi32>) {
  // expected-error @+1 {{O4: element type 'i32' is not accepted}}
  %r = nn.div %x, %y : (!nn.sample<4xi32>, !nn.sample<4xi32>) -> !nn.sample<4xi32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<3xf32>) {
  // expected-error @+1 {{O4: item shapes [4] and [3] do not broadcast}}
  %r = nn.mul %x, %y : (!nn.sample<4xf32>, !nn.sample<3xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xf32>) {
  // expected-error @+1 {{O5: predicate `near` is not one of lt, le, gt, ge, eq, ne}}
  %r = nn.compare %x, %y {predicate = "near"} : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xi1>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xi32>) {
  // expected-error @+1 {{O5: operands have different element types}}
  %r = nn.compare %x, %y {predicate = "lt"} : (!nn.sample<4xf32>, !nn.sample<4xi32>) -> !nn.sample<4xi1>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xi1>) {
  // expected-error @+1 {{O6: operand is not i1}}
  %r = nn.and %x, %y : (!nn.sample<4xf32>, !nn.sample<4xi1>) -> !nn.sample<4xi1>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xf32>, %z: !nn.sample<4xf32>) {
  // expected-error @+1 {{O7: condition is not i1}}
  %r = nn.select %x, %y, %z : (!nn.sample<4xf32>, !nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xi1>, %y: !nn.sample<4xf32>, %z: !nn.sample<4xi32>) {
  // expected-error @+1 {{O7: the two values have different element types}}
  %r = nn.select %x, %y, %z : (!nn.sample<4xi1>, !nn.sample<4xf32>, !nn.sample<4xi32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O8: result has item shape [3] when it should be [4]}}
  %r = nn.cast %x : (!nn.sample<4xf32>) -> !nn.sample<3xi32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O33: result is placed otherwise than the operands}}
  %r = nn.stop_gradient %x : (!nn.sample<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O36: item shape [4] does not broadcast to [3]}}
  %r = nn.broadcast %x : (!nn.sample<4xf32>) -> !nn.sample<3xf32>
  return
}
