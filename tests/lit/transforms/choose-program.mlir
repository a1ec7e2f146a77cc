// One small model with a policy, a table and a setting: what each program runs, and how it takes its arguments.
// RUN: offramp-opt --choose-program %s | FileCheck %s
// RUN: offramp-opt --choose-program="programs=infer" %s | FileCheck %s --check-prefix=INFER
// RUN: not offramp-opt --choose-program="programs=walk" %s 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not offramp-opt --choose-program --choose-program %s 2>&1 | FileCheck %s --check-prefix=TWICE

nn.bundle @stage.weights {names = ["w"], shapes = [array<i64: 4, 4>], kinds = ["normal"], scales = [0.1], decays = [true]}
nn.bundle @head.weights {names = ["w"], shapes = [array<i64: 4, 3>], kinds = ["normal"], scales = [0.1], decays = [true]}
func.func private @embed(%x: !nn.sample<5x4xf32>) -> !nn.sample<?x4xf32> {
  %h = nn.to_rows %x : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  return %h : !nn.sample<?x4xf32>
}
func.func private @stage(%h: !nn.sample<?x4xf32>, %w: !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32> {
  %m = nn.field %w "w" : <@stage.weights> -> tensor<4x4xf32>
  %y = nn.linear %h, %m : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  return %y : !nn.sample<?x4xf32>
}
func.func private @head(%h: !nn.sample<?x4xf32>, %w: !nn.weights<@head.weights>) -> !nn.sample<3xf32> {
  %m = nn.field %w "w" : <@head.weights> -> tensor<4x3xf32>
  %r = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %y = nn.linear %r, %m : (!nn.sample<4xf32>, tensor<4x3xf32>) -> !nn.sample<3xf32>
  return %y : !nn.sample<3xf32>
}
func.func private @gate(%h: !nn.sample<?x4xf32>) -> !nn.sample<f32> {
  %r = nn.row %h : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %y = nn.sum %r {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  return %y : !nn.sample<f32>
}
func.func private @fit(%f: !nn.sample<3x3xf32>, %y: !nn.sample<i32>, %known: !nn.sample<f32>, %alpha: tensor<f32>) -> (!nn.sample<f32>, !nn.sample<f32>) {
  %ce = nn.cross_entropy %f, %y : (!nn.sample<3x3xf32>, !nn.sample<i32>) -> !nn.sample<3xf32>
  %m = nn.mean %ce {dims = array<i64: 0>} : (!nn.sample<3xf32>) -> !nn.sample<f32>
  %a = nn.mul %m, %alpha : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<f32>
  %l = nn.add %a, %known : (!nn.sample<f32>, !nn.sample<f32>) -> !nn.sample<f32>
  return %l, %m : !nn.sample<f32>, !nn.sample<f32>
}
func.func private @early(%z: !nn.sample<2xf32>) -> !nn.sample<f32> {
  %s = nn.sum %z {dims = array<i64: 0>} : (!nn.sample<2xf32>) -> !nn.sample<f32>
  return %s : !nn.sample<f32>
}
func.func private @rule(%z: !nn.sample<f32>, %threshold: tensor<f32>, %stage: tensor<f32>) -> (!nn.sample<i1>, !nn.sample<f32>) {
  %p = nn.mul %z, %stage : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<f32>
  %c = nn.compare %p, %threshold {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %c, %p : !nn.sample<i1>, !nn.sample<f32>
}
nn.instance @stage.1 : @stage.weights at 0
nn.instance @stage.2 : @stage.weights at 16
nn.instance @stage.3 : @stage.weights at 32
nn.instance @head.1 : @head.weights at 48
nn.instance @head.2 : @head.weights at 64
nn.instance @head.3 : @head.weights at 80
ramp.model @Small attributes {parameters = {}, rows_per_sample = 5 : i64, sources = ["small.ramp"]} {
  ramp.setting @alpha = 0.5
  ramp.setting @threshold = 0.5
  ramp.input @x : !nn.sample<5x4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
  ramp.input @y : !nn.sample<i32> {classes = 3 : i64, kind = "label", max_rows = 0 : i64, names_file = ""}
  ramp.table @known : !nn.sample<f32> = 1.0
  ramp.backbone @embed reads ["x"] then [@stage, @stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2", "stage.3"]}
  ramp.attach @head [@head, @head, @head] of ["h"] {instances = ["head.1", "head.2", "head.3"]}
  ramp.attach policy @gate [@gate, @gate] of ["h"] {instances = ["gate.1", "gate.2"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">, #ramp.read<table "known">, #ramp.read<setting "alpha">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = ["ce"], optimizer = {}}
  ramp.measure @known = @early reads [#ramp.read<stacked "gate">]
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">, #ramp.read<table "known">, #ramp.read<setting "alpha">] updates ["head"] {batch = 8 : i64, epochs = 1 : i64, metrics = ["ce"], optimizer = {}}
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<stage "">] answers @head {decision_kind = "score"}
}

// Phases note their program; two phases of one name have two programs.
// CHECK: ramp.train "fit"{{.*}}ramp.program = @fit.loss}
// CHECK: ramp.measure @known{{.*}}ramp.program = @known.measure}
// CHECK: ramp.train "fit"{{.*}}ramp.program = @fit.loss.2}

// Collect: every stage, heads stacked; what the phase does not read (gates) is not run.
// CHECK-LABEL: func.func @fit.loss(
// CHECK-SAME: !nn.sample<5x4xf32> {nn.input = 0 : i64}, %[[Y:.*]]: !nn.sample<i32> {nn.input = 1 : i64}, %[[KNOWN:.*]]: !nn.sample<f32> {nn.table = 0 : i64}, %[[ALPHA:.*]]: tensor<f32> {nn.setting = 0 : i64}) -> tensor<f32>
// CHECK-SAME: nn.program = "loss", nn.updates = ["stage.1", "stage.2", "stage.3", "head.1", "head.2", "head.3"]
// CHECK-NOT: @gate
// CHECK: %[[W:.*]] = nn.weights @stage.1 : <@stage.weights>
// CHECK: call @stage(%{{.*}}, %[[W]]) {nn.stage = 1 : i64}
// CHECK: call @stage({{.*}}) {nn.stage = 3 : i64}
// CHECK: %[[F:.*]] = nn.stack {{.*}} -> !nn.sample<3x3xf32>
// CHECK: %[[L:.*]]:2 = call @fit(%[[F]], %[[Y]], %[[KNOWN]], %[[ALPHA]])
// CHECK-NEXT: nn.report %[[L]]#0 {slot = 0 : i64}
// CHECK-NEXT: nn.report %[[L]]#1 {slot = 1 : i64}
// CHECK-NEXT: %[[MEAN:.*]] = nn.mean_samples %[[L]]#0
// CHECK-NEXT: return %[[MEAN]] : tensor<f32>

// Only what is read has a gradient.
// CHECK-LABEL: func.func @fit.loss.2(
// CHECK-SAME: nn.updates = ["head.1", "head.2", "head.3"]

// Gates exist after two of three stages, so the third stage does not run.
// CHECK-LABEL: func.func @known.measure(
// CHECK-SAME: nn.program = "measure"
// CHECK-NOT: nn.stage = 3
// CHECK: nn.write_table @known, %{{.*}} : !nn.sample<f32>

// Evaluation calls the same rule as the walk; the last stage always leaves.
// CHECK-LABEL: func.func @evaluate(
// CHECK-SAME: !nn.sample<5x4xf32> {nn.input = 0 : i64}, %[[T:.*]]: tensor<f32> {nn.setting = 1 : i64}) attributes {nn.program = "evaluate"}
// CHECK: %[[ONE:.*]] = nn.constant dense<1.000000e+00>
// CHECK: call @rule(%{{.*}}, %[[T]], %[[ONE]])
// CHECK: %[[TWO:.*]] = nn.constant dense<2.000000e+00>
// CHECK: call @rule(%{{.*}}, %[[T]], %[[TWO]])
// CHECK: nn.collect {{.*}} {name = "logits", slot = 0 : i64} : !nn.sample<3x3xf32>
// CHECK: nn.collect {{.*}} {name = "leave", slot = 1 : i64} : !nn.sample<3xf32>
// CHECK: nn.collect {{.*}} {name = "decision", slot = 2 : i64} : !nn.sample<3xf32>

// The walk: the head only where somebody leaves; no condition after the last stage.
// CHECK-LABEL: func.func @infer(
// CHECK-SAME: nn.program = "infer"
// CHECK: %[[H1:.*]] = call @stage({{.*}}) {nn.stage = 1 : i64}
// CHECK-NEXT: %[[Z:.*]] = call @gate(%[[H1]])
// CHECK-NEXT: %{{.*}} = nn.constant
// CHECK-NEXT: %[[C:.*]]:2 = call @rule(%[[Z]]
// CHECK-NEXT: nn.exit_if %[[C]]#0 {
// CHECK-NEXT:   nn.weights @head.1
// CHECK-NEXT:   %[[F1:.*]] = func.call @head(%[[H1]]
// CHECK-NEXT:   nn.leave_with %[[F1]], %[[C]]#1 {stage = 1 : i64}
// CHECK-NEXT: }
// CHECK: call @stage({{.*}}) {nn.stage = 3 : i64}
// CHECK-NOT: nn.exit_if
// CHECK: nn.leave_with %{{[0-9]+}} {stage = 3 : i64} : !nn.sample<3xf32>
// CHECK-NEXT: return

// INFER-NOT: nn.program = "loss"
// INFER: func.func @infer(
// KIND: error: choose-program: `walk` is not one of loss, measure, evaluate, infer
// TWICE: error: 'func.func' op programs were chosen before
