// Verifiers of products, normalisation, attention, convolution (O9 … O13, O21, O34, O35): one invalid case per message.
// RUN: offramp-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: !nn.sample<4xf32>, %w: tensor<4xf32>) {
  // expected-error @+1 {{O9: weight must be a shared matrix [K, N]}}
  %r = nn.linear %x, %w : (!nn.sample<4xf32>, tensor<4xf32>) -> !nn.sample<3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<5xf32>, %w: tensor<4x3xf32>) {
  // expected-error @+1 {{O9: operand has item shape [5] when its last dimension should be 4}}
  %r = nn.linear %x, %w : (!nn.sample<5xf32>, tensor<4x3xf32>) -> !nn.sample<3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{O9: bias must be a shared vector of 3}}
  %r = nn.linear %x, %w, %b : (!nn.sample<4xf32>, tensor<4x3xf32>, tensor<4xf32>) -> !nn.sample<3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %w: tensor<4x3xf32>) {
  // expected-error @+1 {{O9: result has item shape [4] when it should be [3]}}
  %r = nn.linear %x, %w : (!nn.sample<4xf32>, tensor<4x3xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %w: tensor<4x3xf32>) {
  // expected-error @+1 {{O9: shapes do not fit}}
  %r = nn.linear_dx %x, %w : (!nn.sample<4xf32>, tensor<4x3xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>, %y: !nn.sample<3xf32>) {
  // expected-error @+1 {{O9: operands are placed differently}}
  %r = nn.linear_dw %x, %y : (!nn.sample<?x4xf32>, !nn.sample<3xf32>) -> tensor<4x3xf32>
  return
}

// -----

// A weight gradient is shared: it contains the sum over samples.
func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<3xf32>) {
  // expected-error @+1 {{O9: result must be the shared matrix [K, N]}}
  %r = nn.linear_dw %x, %y : (!nn.sample<4xf32>, !nn.sample<3xf32>) -> tensor<3x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<f32>) {
  // expected-error @+1 {{O10: needs a last dimension}}
  %r = nn.normalize %x {eps = 1.0e-5 : f64} : (!nn.sample<f32>) -> !nn.sample<f32>
  return
}

// -----

func.func @f(%x: !nn.sample<f32>) {
  // expected-error @+1 {{O11: needs a last dimension}}
  %r = nn.softmax %x : (!nn.sample<f32>) -> !nn.sample<f32>
  return
}

// -----

func.func @f(%x: !nn.sample<f32>, %y: !nn.sample<i32>) {
  // expected-error @+1 {{O12: logits need a last dimension of classes}}
  %r = nn.cross_entropy %x, %y : (!nn.sample<f32>, !nn.sample<i32>) -> !nn.sample<f32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xi32>) {
  // expected-error @+1 {{O12: label must be an i32 scalar per sample}}
  %r = nn.cross_entropy %x, %y : (!nn.sample<4xf32>, !nn.sample<4xi32>) -> !nn.sample<f32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>, %y: !nn.sample<8xf32>) {
  // expected-error @+1 {{O13: keys and values must be rows [?, 2D]}}
  %r = nn.attention %x, %y {heads = 2 : i64} : (!nn.sample<?x4xf32>, !nn.sample<8xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>, %y: !nn.sample<?x6xf32>) {
  // expected-error @+1 {{O13: queries have item shape [4] when it should be [3]}}
  %r = nn.attention %x, %y {heads = 2 : i64} : (!nn.sample<?x4xf32>, !nn.sample<?x6xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>, %y: !nn.sample<?x8xf32>) {
  // expected-error @+1 {{O13: width 4 is no multiple of 3 heads}}
  %r = nn.attention %x, %y {heads = 3 : i64} : (!nn.sample<?x4xf32>, !nn.sample<?x8xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?x4xf32>, %y: !nn.sample<?x8xf32>, %d: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O13: an adjoint has the type of its value}}
  %q, %kv = nn.attention_grad %x, %y, %d {heads = 2 : i64} : (!nn.sample<?x4xf32>, !nn.sample<?x8xf32>, !nn.sample<?x4xf32>) -> (!nn.sample<4xf32>, !nn.sample<?x8xf32>)
  return
}

// -----

func.func @f(%x: tensor<5xf32>, %y: !nn.sample<?xi32>) {
  // expected-error @+1 {{O21: table must be a shared matrix [V, D]}}
  %r = nn.gather %x, %y : (tensor<5xf32>, !nn.sample<?xi32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<5x4xf32>, %y: !nn.sample<?xf32>) {
  // expected-error @+1 {{O21: ids must be i32}}
  %r = nn.gather %x, %y : (tensor<5x4xf32>, !nn.sample<?xf32>) -> !nn.sample<?x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<?xi32>, %y: !nn.sample<?x4xf32>) {
  // expected-error @+1 {{O21: result must be the table's type}}
  %r = nn.gather_dw %x, %y : (!nn.sample<?xi32>, !nn.sample<?x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>, %w: tensor<2x1x3x3xf32>) {
  // expected-error @+1 {{O34: operand must be [C, H, W]}}
  %r = nn.conv2d %x, %w {pad = 1 : i64, stride = 1 : i64} : (!nn.sample<4xf32>, tensor<2x1x3x3xf32>) -> !nn.sample<2x4x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<1x4x4xf32>, %w: tensor<2x3x3x3xf32>) {
  // expected-error @+1 {{O34: weight must be [O, C, kh, kw]}}
  %r = nn.conv2d %x, %w {pad = 1 : i64, stride = 1 : i64} : (!nn.sample<1x4x4xf32>, tensor<2x3x3x3xf32>) -> !nn.sample<2x4x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<1x4x4xf32>, %w: tensor<2x1x3x3xf32>, %b: tensor<1xf32>) {
  // expected-error @+1 {{O34: bias must be a vector of 2}}
  %r = nn.conv2d %x, %w, %b {pad = 1 : i64, stride = 1 : i64} : (!nn.sample<1x4x4xf32>, tensor<2x1x3x3xf32>, tensor<1xf32>) -> !nn.sample<2x4x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<1x4x4xf32>, %w: tensor<2x1x3x3xf32>) {
  // expected-error @+1 {{O34: stride must be positive and pad not negative}}
  %r = nn.conv2d %x, %w {pad = 1 : i64, stride = 0 : i64} : (!nn.sample<1x4x4xf32>, tensor<2x1x3x3xf32>) -> !nn.sample<2x4x4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<2x4x4xf32>, %w: tensor<2x1x3x3xf32>) {
  // expected-error @+1 {{O34: result must be [C, H, W]}}
  %r = nn.conv2d_dx %x, %w {pad = 1 : i64, stride = 1 : i64} : (!nn.sample<2x4x4xf32>, tensor<2x1x3x3xf32>) -> !nn.sample<4xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<1x4x4xf32>, %y: !nn.sample<2x4x4xf32>) {
  // expected-error @+1 {{O34: result must be the weight's type}}
  %r = nn.conv2d_dw %x, %y {pad = 1 : i64, stride = 1 : i64} : (!nn.sample<1x4x4xf32>, !nn.sample<2x4x4xf32>) -> !nn.sample<2x1x3x3xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<4xf32>) {
  // expected-error @+1 {{O35: operand must be [C, H, W]}}
  %r = nn.max_pool2d %x {size = 2 : i64, stride = 2 : i64} : (!nn.sample<4xf32>) -> !nn.sample<2xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<1x4x4xf32>) {
  // expected-error @+1 {{O35: size and stride must be positive}}
  %r = nn.max_pool2d %x {size = 2 : i64, stride = 0 : i64} : (!nn.sample<1x4x4xf32>) -> !nn.sample<1x2x2xf32>
  return
}

// -----

func.func @f(%x: !nn.sample<1x4x4xf32>, %y: !nn.sample<1x2x2xf32>) {
  // expected-error @+1 {{O35: an adjoint has the type of its value}}
  %r = nn.max_pool2d_dx %x, %y {size = 2 : i64, stride = 2 : i64} : (!nn.sample<1x4x4xf32>, !nn.sample<1x2x2xf32>) -> !nn.sample<1x2x2xf32>
  return
}

// -----

func.func private @label_with_rows(%f: !nn.sample<?x5xf32>, %y: !nn.sample<?xi32>) {
  // expected-error @+1 {{O12: label must be an i32 scalar per sample}}
  %0 = nn.cross_entropy %f, %y : (!nn.sample<?x5xf32>, !nn.sample<?xi32>) -> !nn.sample<?xf32>
  return
}

// -----

func.func private @shared_logits(%f: tensor<5xf32>, %y: !nn.sample<i32>) {
  // expected-error @+1 {{O12: logits must be per sample, as the label is}}
  %0 = nn.cross_entropy %f, %y : (tensor<5xf32>, !nn.sample<i32>) -> tensor<f32>
  return
}
