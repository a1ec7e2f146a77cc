// What autodiff refuses, and how it says so.
// RUN: offramp-opt --autodiff --split-input-file --verify-diagnostics %s

nn.bundle @b {names = ["x"], shapes = [array<i64: 2>], kinds = ["constant"], scales = [1.0], decays = [false]}
nn.instance @one : @b at 0
// expected-error @below {{`nn.updates` names "two", which is no `nn.instance`}}
func.func @p.loss(%a: !nn.sample<f32> {nn.input = 0 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["one", "two"]} {
  %l = nn.sum_samples %a : (!nn.sample<f32>) -> tensor<f32>
  return %l : tensor<f32>
}

// -----

// expected-error @below {{is a loss program without `nn.updates`}}
func.func @p.loss(%a: !nn.sample<f32> {nn.input = 0 : i64}) -> tensor<f32> attributes {nn.program = "loss"} {
  %l = nn.sum_samples %a : (!nn.sample<f32>) -> tensor<f32>
  return %l : tensor<f32>
}

// -----

nn.bundle @b {names = ["x"], shapes = [array<i64: 2>], kinds = ["constant"], scales = [1.0], decays = [false]}
nn.instance @one : @b at 0
// expected-error @below {{does not depend on a weight that `nn.updates` names; there is nothing to train}}
func.func @p.loss(%a: !nn.sample<f32> {nn.input = 0 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["one"]} {
  %l = nn.sum_samples %a : (!nn.sample<f32>) -> tensor<f32>
  return %l : tensor<f32>
}

// -----

// expected-error @below {{is a loss program and must return one shared scalar}}
func.func @p.loss(%a: !nn.sample<f32> {nn.input = 0 : i64}) -> !nn.sample<f32> attributes {nn.program = "loss", nn.updates = []} {
  return %a : !nn.sample<f32>
}

// -----

nn.bundle @b {names = ["x"], shapes = [array<i64: 2>], kinds = ["constant"], scales = [1.0], decays = [false]}
nn.instance @one : @b at 0
func.func @p.loss(%a: !nn.sample<f32> {nn.input = 0 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["one"]} {
  %c = nn.compare %a, %a {predicate = "lt"} : (!nn.sample<f32>, !nn.sample<f32>) -> !nn.sample<i1>
  // expected-error @below {{cannot be differentiated: training runs the collect form, in which no sample leaves}}
  nn.exit_if %c {
    nn.leave_with %a {stage = 1 : i64} : !nn.sample<f32>
  } : !nn.sample<i1>
  %l = nn.sum_samples %a : (!nn.sample<f32>) -> tensor<f32>
  return %l : tensor<f32>
}

// -----

nn.bundle @b {names = ["x"], shapes = [array<i64: 4, 3>], kinds = ["constant"], scales = [1.0], decays = [false]}
nn.instance @one : @b at 0
func.func @p.loss(%a: !nn.sample<3xf32> {nn.input = 0 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["one"]} {
  %w = nn.weights @one : !nn.weights<@b>
  %x = nn.field %w "x" : !nn.weights<@b> -> tensor<4x3xf32>
  // expected-error @below {{has no derivative; write `stop_gradient` around it if none is wanted}}
  %d = nn.linear_dx %a, %x : (!nn.sample<3xf32>, tensor<4x3xf32>) -> !nn.sample<4xf32>
  %s = nn.sum %d {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  %l = nn.sum_samples %s : (!nn.sample<f32>) -> tensor<f32>
  return %l : tensor<f32>
}

// -----

nn.bundle @b {names = ["x"], shapes = [array<i64: 2>], kinds = ["constant"], scales = [1.0], decays = [false]}
nn.instance @one : @b at 0
func.func private @f(%a: !nn.sample<2xf32>) -> !nn.sample<2xf32> {
  // expected-error @below {{belongs to a program; functions take weights as arguments}}
  %w = nn.weights @one : !nn.weights<@b>
  %x = nn.field %w "x" : !nn.weights<@b> -> tensor<2xf32>
  %r = nn.mul %a, %x : (!nn.sample<2xf32>, tensor<2xf32>) -> !nn.sample<2xf32>
  return %r : !nn.sample<2xf32>
}
func.func @p.loss(%a: !nn.sample<2xf32> {nn.input = 0 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["one"]} {
  %w = nn.weights @one : !nn.weights<@b>
  %x = nn.field %w "x" : !nn.weights<@b> -> tensor<2xf32>
  %m = nn.mul %a, %x : (!nn.sample<2xf32>, tensor<2xf32>) -> !nn.sample<2xf32>
  %r = call @f(%m) : (!nn.sample<2xf32>) -> !nn.sample<2xf32>
  %s = nn.sum %r {dims = array<i64: 0>} : (!nn.sample<2xf32>) -> !nn.sample<f32>
  %l = nn.sum_samples %s : (!nn.sample<f32>) -> tensor<f32>
  return %l : tensor<f32>
}
