// A rule that carries state and reads the head: the head is computed before the exit, states are values that move from stage to stage.
// A function that draws is copied per stage, so that equal stages draw differently; the training form runs where the instance is trained.
// RUN: offramp-opt --choose-program %s | FileCheck %s

func.func private @embed(%x: !nn.sample<4xf32>) -> !nn.sample<4xf32> {
  return %x : !nn.sample<4xf32>
}
func.func private @stage(%h: !nn.sample<4xf32>) -> !nn.sample<4xf32> {
  %y = nn.tanh %h : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
  return %y : !nn.sample<4xf32>
}
func.func private @stage.train(%h: !nn.sample<4xf32>) -> !nn.sample<4xf32> {
  %u = nn.uniform {site = 3 : i64} : () -> !nn.sample<4xf32>
  %y = nn.mul %h, %u : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  return %y : !nn.sample<4xf32>
}
nn.bundle @head.weights {names = ["w"], shapes = [array<i64: 4, 4>], kinds = ["normal"], scales = [0.1], decays = [true]}
func.func private @head(%h: !nn.sample<4xf32>, %w: !nn.weights<@head.weights>) -> !nn.sample<4xf32> {
  %m = nn.field %w "w" : <@head.weights> -> tensor<4x4xf32>
  %y = nn.linear %h, %m : (!nn.sample<4xf32>, tensor<4x4xf32>) -> !nn.sample<4xf32>
  return %y : !nn.sample<4xf32>
}
func.func private @fit(%f: !nn.sample<2x4xf32>, %y: !nn.sample<i32>) -> !nn.sample<f32> {
  %ce = nn.cross_entropy %f, %y : (!nn.sample<2x4xf32>, !nn.sample<i32>) -> !nn.sample<2xf32>
  %m = nn.mean %ce {dims = array<i64: 0>} : (!nn.sample<2xf32>) -> !nn.sample<f32>
  return %m : !nn.sample<f32>
}
func.func private @rule(%f: !nn.sample<4xf32>, %streak: !nn.sample<i32>) -> (tensor<i1>, !nn.sample<f32>, !nn.sample<i32>) {
  %a = nn.argmax %f : (!nn.sample<4xf32>) -> !nn.sample<i32>
  %n = nn.add %a, %streak : (!nn.sample<i32>, !nn.sample<i32>) -> !nn.sample<i32>
  %d = nn.cast %n : (!nn.sample<i32>) -> !nn.sample<f32>
  %c = nn.constant dense<true> : tensor<i1> : tensor<i1>
  return %c, %d, %n : tensor<i1>, !nn.sample<f32>, !nn.sample<i32>
}
nn.instance @head.1 : @head.weights at 0
nn.instance @head.2 : @head.weights at 16
ramp.model @Counting attributes {parameters = {}, rows_per_sample = -1 : i64, sources = []} {
  ramp.input @x : !nn.sample<4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
  ramp.input @y : !nn.sample<i32> {classes = 4 : i64, kind = "label", max_rows = 0 : i64, names_file = ""}
  ramp.state @streak : !nn.sample<i32> = 7.0
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed.0", instances = ["stage.1", "stage.2"], train_stages = [@stage.train, @stage.train]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.train "all" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.train "heads" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.infer @rule reads [#ramp.read<here "head">, #ramp.read<state "streak">] answers @head {decision_kind = "count"}
}

// CHECK-DAG: func.func private @stage.train.at.1(
// CHECK-DAG: nn.uniform  {site = 3 : i64, stage = 1 : i64}
// CHECK-DAG: func.func private @stage.train.at.2(
// CHECK-DAG: nn.uniform  {site = 3 : i64, stage = 2 : i64}
// CHECK-LABEL: func.func @all.loss(
// CHECK: call @stage.train.at.1(
// CHECK: call @stage.train.at.2(
// CHECK-LABEL: func.func @heads.loss(
// CHECK: call @stage(
// CHECK: call @stage(

// CHECK-LABEL: func.func @infer(
// CHECK: %[[SEVEN:.*]] = nn.constant dense<7> : tensor<i32>
// CHECK-NEXT: %[[S0:.*]] = nn.broadcast %[[SEVEN]] : (tensor<i32>) -> !nn.sample<i32>
// CHECK: %[[F:.*]] = call @head(
// CHECK: %[[R:.*]]:3 = call @rule(%[[F]], %[[S0]])
// A shared condition becomes one per sample.
// CHECK: %[[C:.*]] = nn.broadcast %[[R]]#0 : (tensor<i1>) -> !nn.sample<i1>
// CHECK: nn.exit_if %[[C]] {
// CHECK-NEXT: nn.leave_with %[[F]], %[[R]]#1 {stage = 1 : i64}
// CHECK: nn.leave_with %{{[0-9]+}} {stage = 2 : i64}
