// Types, functions per combination of row spaces, programs and their arguments. Where rows move: batchify-regroup.mlir.
// RUN: offramp-opt --batchify %s | FileCheck %s

nn.bundle @stage.weights {names = ["q", "kv"], shapes = [array<i64: 4, 4>, array<i64: 4, 8>], kinds = ["normal", "normal"], scales = [0.1, 0.1], decays = [true, true]}
nn.instance @stage.1 : @stage.weights at 0

// No per-sample type is left, and no shape is measured.
// CHECK-NOT: !nn.sample
// CHECK-NOT: tensor.dim

// All rows of all samples: `?` counts rows; a shared weight stays what it is; the batch comes first.
// CHECK-LABEL: func.func private @stage(
// CHECK-SAME: %arg0: !nn.batch, %arg1: tensor<?x4xf32, #nn.space<rows>>, %arg2: !nn.weights<@stage.weights>) -> tensor<?x4xf32, #nn.space<rows>>
// CHECK: nn.field %arg2 "q" : <@stage.weights> -> tensor<4x4xf32>
// CHECK: nn.attention {{.*}} : (tensor<?x4xf32, #nn.space<rows>>, tensor<?x8xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rows>>
func.func private @stage(%h: !nn.sample<?x4xf32>, %w: !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32> {
  %wq = nn.field %w "q" : <@stage.weights> -> tensor<4x4xf32>
  %q = nn.linear %h, %wq : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  %wkv = nn.field %w "kv" : <@stage.weights> -> tensor<4x8xf32>
  %kv = nn.linear %h, %wkv : (!nn.sample<?x4xf32>, tensor<4x8xf32>) -> !nn.sample<?x8xf32>
  %c = nn.attention %q, %kv {heads = 2 : i64} : (!nn.sample<?x4xf32>, !nn.sample<?x8xf32>) -> !nn.sample<?x4xf32>
  return %c : !nn.sample<?x4xf32>
}
// Rest rows that meet the keys of all rows: a second batch says where those lie.
// CHECK-LABEL: func.func private @rest.batchedra(
// CHECK-SAME: %arg0: !nn.batch, %arg1: !nn.batch, %arg2: tensor<?x4xf32, #nn.space<rest>>, %arg3: tensor<?x8xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rest>>
// CHECK: nn.attention {{.*}} : (tensor<?x4xf32, #nn.space<rest>>, tensor<?x8xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<rest>>
func.func private @rest(%q: !nn.sample<?x4xf32>, %kv: !nn.sample<?x8xf32>) -> !nn.sample<?x4xf32> {
  %c = nn.attention %q, %kv {heads = 2 : i64} : (!nn.sample<?x4xf32>, !nn.sample<?x8xf32>) -> !nn.sample<?x4xf32>
  return %c : !nn.sample<?x4xf32>
}
// One value per sample: `?` counts samples.
// CHECK-LABEL: func.func private @score(
// CHECK-SAME: %arg1: tensor<?x4xf32, #nn.space<samples>>, %arg2: tensor<f32>) -> tensor<?xi1, #nn.space<samples>>
func.func private @score(%r: !nn.sample<4xf32>, %t: tensor<f32>) -> !nn.sample<i1> {
  %s = nn.sum %r {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  %c = nn.compare %s, %t {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %c : !nn.sample<i1>
}

// A program takes the batch alone; inputs, tables and settings are read.
// CHECK-LABEL: func.func @evaluate(
// CHECK-SAME: %[[B:.*]]: !nn.batch) attributes {nn.program = "evaluate"}
// CHECK-DAG: %[[X:.*]] = nn.read_input %[[B]] {slot = 0 : i64} : tensor<?x4xf32, #nn.space<rows>>
// CHECK-DAG: nn.read_input %[[B]] {slot = 1 : i64, table = true} : tensor<?xi32, #nn.space<samples>>
// CHECK-DAG: %[[T:.*]] = nn.setting {slot = 2 : i64} : tensor<f32>
// CHECK: %[[H:.*]] = call @stage(%[[B]], %[[X]], {{.*}}) {nn.stage = 1 : i64}
// CHECK: call @rest.batchedra(%[[B]], %[[B]], {{.*}}) : (!nn.batch, !nn.batch, tensor<?x4xf32, #nn.space<rest>>, tensor<?x8xf32, #nn.space<rows>>)
// CHECK: call @score(%[[B]], {{.*}}, %[[T]])
// CHECK: nn.collect
func.func @evaluate(%x: !nn.sample<?x4xf32> {nn.input = 0 : i64}, %m: !nn.sample<i32> {nn.table = 1 : i64}, %t: tensor<f32> {nn.setting = 2 : i64}) attributes {nn.program = "evaluate"} {
  %w = nn.weights @stage.1 : <@stage.weights>
  %h = call @stage(%x, %w) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %wkv = nn.field %w "kv" : <@stage.weights> -> tensor<4x8xf32>
  %kv = nn.linear %h, %wkv : (!nn.sample<?x4xf32>, tensor<4x8xf32>) -> !nn.sample<?x8xf32>
  %r = nn.rest %h : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %c = call @rest(%r, %kv) : (!nn.sample<?x4xf32>, !nn.sample<?x8xf32>) -> !nn.sample<?x4xf32>
  %y = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %j = nn.join %y, %c : (!nn.sample<4xf32>, !nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %z = nn.row %j : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %s = call @score(%z, %t) : (!nn.sample<4xf32>, tensor<f32>) -> !nn.sample<i1>
  %i = nn.cast %s : (!nn.sample<i1>) -> !nn.sample<f32>
  nn.collect %i {name = "leave", slot = 0 : i64} : !nn.sample<f32>
  return
}

// A loss lives on in its training step; here it has none, so it is gone.
// CHECK-NOT: @warm_up.loss
func.func @warm_up.loss(%x: !nn.sample<f32> {nn.input = 0 : i64}) -> tensor<f32> attributes {nn.program = "loss"} {
  %m = nn.mean_samples %x : (!nn.sample<f32>) -> tensor<f32>
  return %m : tensor<f32>
}
