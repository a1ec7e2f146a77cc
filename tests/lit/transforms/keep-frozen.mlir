// Phases that leave stages alone. Heads that read the mean of rows are shown, so that not rows but means are kept; the measure before the phase keeps
// them in passing, its stages run once. Where a head needs rows of its own, and where a stage learns, nothing is kept.
// RUN: offramp-opt --keep-frozen --split-input-file %s | FileCheck %s

// CHECK: module attributes {nn.kept_tables = [{elements = 4 : i64, name = "settle.kept.0", type = f32}, {elements = 4 : i64, name = "settle.kept.1", type = f32}]}
// CHECK: ramp.table @settle.kept.0 : !nn.sample<4xf32> = 0.0
// CHECK-NEXT: ramp.table @settle.kept.1 : !nn.sample<4xf32> = 0.0
// CHECK-LABEL: func.func @settle.loss(
// CHECK: call @stage(
// CHECK: call @head(
// CHECK-LABEL: func.func @settle.keep(
// CHECK-SAME: %[[X:.*]]: !nn.sample<5x4xf32> {nn.input = 0 : i64}) attributes {nn.program = "measure"}
// CHECK: %[[H1:.*]] = call @stage(
// CHECK: %[[M1:.*]] = nn.mean_rows %[[H1]]
// CHECK: %[[H2:.*]] = call @stage(%[[H1]],
// CHECK: %[[M2:.*]] = nn.mean_rows %[[H2]]
// CHECK-NEXT: nn.write_table @settle.kept.0, %[[M1]]
// CHECK-NEXT: nn.write_table @settle.kept.1, %[[M2]]
// CHECK-NEXT: return
// CHECK-LABEL: func.func @loss.measure.keep(
// CHECK-COUNT-2: call @stage(
// CHECK-NOT: call @stage(
// CHECK: nn.write_table @loss,
// CHECK: nn.write_table @settle.kept.0,
// CHECK: nn.write_table @settle.kept.1,
// CHECK-LABEL: func.func @settle.kept.loss(
// CHECK-SAME: %[[Y:.*]]: !nn.sample<i32> {nn.input = 1 : i64}, %[[K1:.*]]: !nn.sample<4xf32> {nn.table = 1 : i64}, %[[K2:.*]]: !nn.sample<4xf32> {nn.table = 2 : i64})
// CHECK-SAME: nn.program = "loss", nn.updates = ["head.1", "head.2"]
// CHECK-NOT: call @stage
// CHECK: %[[L1:.*]] = nn.linear %[[K1]],
// CHECK: %[[L2:.*]] = nn.linear %[[K2]],
// CHECK: %[[F:.*]] = nn.stack %[[L1]], %[[L2]]
// CHECK: call @fit(%[[F]], %[[Y]])

nn.bundle @stage.weights {decays = [true], kinds = ["normal"], names = ["w"], scales = [1.000000e-01], shapes = [array<i64: 4, 4>]}
nn.bundle @head.weights {decays = [true], kinds = ["normal"], names = ["w"], scales = [1.000000e-01], shapes = [array<i64: 4, 3>]}
nn.instance @stage.1 : @stage.weights at 0
nn.instance @stage.2 : @stage.weights at 16
nn.instance @head.1 : @head.weights at 32
nn.instance @head.2 : @head.weights at 48
func.func private @embed(%arg0: !nn.sample<5x4xf32>) -> !nn.sample<?x4xf32> {
  %0 = nn.to_rows %arg0 : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  return %0 : !nn.sample<?x4xf32>
}
func.func private @stage(%arg0: !nn.sample<?x4xf32>, %arg1: !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32> {
  %0 = nn.field %arg1 "w" : <@stage.weights> -> tensor<4x4xf32>
  %1 = nn.linear %arg0, %0 : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  return %1 : !nn.sample<?x4xf32>
}
func.func private @head(%arg0: !nn.sample<?x4xf32>, %arg1: !nn.weights<@head.weights>) -> !nn.sample<3xf32> {
  %0 = nn.field %arg1 "w" : <@head.weights> -> tensor<4x3xf32>
  %1 = nn.mean_rows %arg0 : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %2 = nn.linear %1, %0 : (!nn.sample<4xf32>, tensor<4x3xf32>) -> !nn.sample<3xf32>
  return %2 : !nn.sample<3xf32>
}
func.func private @fit(%arg0: !nn.sample<2x3xf32>, %arg1: !nn.sample<i32>) -> !nn.sample<f32> {
  %0 = nn.cross_entropy %arg0, %arg1 : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<2xf32>
  %1 = nn.mean %0 {dims = array<i64: 0>} : (!nn.sample<2xf32>) -> !nn.sample<f32>
  return %1 : !nn.sample<f32>
}
func.func private @rule(%arg0: !nn.sample<3xf32>, %arg1: tensor<f32>) -> (!nn.sample<i1>, !nn.sample<f32>) {
  %0 = nn.sum %arg0 {dims = array<i64: 0>} : (!nn.sample<3xf32>) -> !nn.sample<f32>
  %1 = nn.compare %0, %arg1 {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %1, %0 : !nn.sample<i1>, !nn.sample<f32>
}
ramp.model @Small attributes {parameters = {}, rows_per_sample = 5 : i64, sources = ["small.ramp"]} {
  ramp.setting @threshold = 5.000000e-01
  ramp.input @x : !nn.sample<5x4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
  ramp.input @y : !nn.sample<i32> {classes = 3 : i64, kind = "label", max_rows = 0 : i64, names_file = ""}
  ramp.table @loss : !nn.sample<f32> = 0.000000e+00
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.measure @loss = @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] {ramp.program = @loss.measure}
  ramp.train "settle" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["head"] {batch = 8 : i64, epochs = 5 : i64, metrics = [], optimizer = {}, ramp.program = @settle.loss}
  ramp.infer @rule reads [#ramp.read<here "head">, #ramp.read<setting "threshold">] answers @head {decision_kind = "score"}
}
func.func @settle.loss(%arg0: !nn.sample<5x4xf32> {nn.input = 0 : i64}, %arg1: !nn.sample<i32> {nn.input = 1 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["head.1", "head.2"]} {
  %0 = call @embed(%arg0) : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  %1 = nn.weights @stage.1 : <@stage.weights>
  %2 = call @stage(%0, %1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %3 = nn.weights @head.1 : <@head.weights>
  %4 = call @head(%2, %3) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %5 = nn.weights @stage.2 : <@stage.weights>
  %6 = call @stage(%2, %5) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %7 = nn.weights @head.2 : <@head.weights>
  %8 = call @head(%6, %7) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %9 = nn.stack %4, %8 : (!nn.sample<3xf32>, !nn.sample<3xf32>) -> !nn.sample<2x3xf32>
  %10 = call @fit(%9, %arg1) : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
  nn.report %10 {slot = 0 : i64} : !nn.sample<f32>
  %11 = nn.mean_samples %10 : (!nn.sample<f32>) -> tensor<f32>
  return %11 : tensor<f32>
}
func.func @loss.measure(%arg0: !nn.sample<5x4xf32> {nn.input = 0 : i64}, %arg1: !nn.sample<i32> {nn.input = 1 : i64}) attributes {nn.program = "measure"} {
  %0 = call @embed(%arg0) : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  %1 = nn.weights @stage.1 : <@stage.weights>
  %2 = call @stage(%0, %1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %3 = nn.weights @head.1 : <@head.weights>
  %4 = call @head(%2, %3) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %5 = nn.weights @stage.2 : <@stage.weights>
  %6 = call @stage(%2, %5) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %7 = nn.weights @head.2 : <@head.weights>
  %8 = call @head(%6, %7) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %9 = nn.stack %4, %8 : (!nn.sample<3xf32>, !nn.sample<3xf32>) -> !nn.sample<2x3xf32>
  %10 = call @fit(%9, %arg1) : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
  nn.write_table @loss, %10 : !nn.sample<f32>
  return
}

// -----

// CHECK-LABEL: ramp.model @Turned
// CHECK-NOT: kept
// CHECK-NOT: .keep

nn.bundle @stage.weights {decays = [true], kinds = ["normal"], names = ["w"], scales = [1.000000e-01], shapes = [array<i64: 4, 4>]}
nn.bundle @head.weights {decays = [true], kinds = ["normal"], names = ["w"], scales = [1.000000e-01], shapes = [array<i64: 4, 3>]}
nn.instance @stage.1 : @stage.weights at 0
nn.instance @stage.2 : @stage.weights at 16
nn.instance @head.1 : @head.weights at 32
nn.instance @head.2 : @head.weights at 48
func.func private @embed(%arg0: !nn.sample<5x4xf32>) -> !nn.sample<?x4xf32> {
  %0 = nn.to_rows %arg0 : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  return %0 : !nn.sample<?x4xf32>
}
func.func private @stage(%arg0: !nn.sample<?x4xf32>, %arg1: !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32> {
  %0 = nn.field %arg1 "w" : <@stage.weights> -> tensor<4x4xf32>
  %1 = nn.linear %arg0, %0 : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  return %1 : !nn.sample<?x4xf32>
}
func.func private @head(%arg0: !nn.sample<?x4xf32>, %arg1: !nn.weights<@head.weights>) -> !nn.sample<3xf32> {
  %0 = nn.field %arg1 "w" : <@head.weights> -> tensor<4x3xf32>
  %1 = nn.linear %arg0, %0 : (!nn.sample<?x4xf32>, tensor<4x3xf32>) -> !nn.sample<?x3xf32>
  %2 = nn.mean_rows %1 : (!nn.sample<?x3xf32>) -> !nn.sample<3xf32>
  return %2 : !nn.sample<3xf32>
}
func.func private @fit(%arg0: !nn.sample<2x3xf32>, %arg1: !nn.sample<i32>) -> !nn.sample<f32> {
  %0 = nn.cross_entropy %arg0, %arg1 : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<2xf32>
  %1 = nn.mean %0 {dims = array<i64: 0>} : (!nn.sample<2xf32>) -> !nn.sample<f32>
  return %1 : !nn.sample<f32>
}
func.func private @rule(%arg0: !nn.sample<3xf32>, %arg1: tensor<f32>) -> (!nn.sample<i1>, !nn.sample<f32>) {
  %0 = nn.sum %arg0 {dims = array<i64: 0>} : (!nn.sample<3xf32>) -> !nn.sample<f32>
  %1 = nn.compare %0, %arg1 {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %1, %0 : !nn.sample<i1>, !nn.sample<f32>
}
ramp.model @Turned attributes {parameters = {}, rows_per_sample = 5 : i64, sources = ["small.ramp"]} {
  ramp.setting @threshold = 5.000000e-01
  ramp.input @x : !nn.sample<5x4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
  ramp.input @y : !nn.sample<i32> {classes = 3 : i64, kind = "label", max_rows = 0 : i64, names_file = ""}
  ramp.table @loss : !nn.sample<f32> = 0.000000e+00
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.measure @loss = @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] {ramp.program = @loss.measure}
  ramp.train "settle" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["head"] {batch = 8 : i64, epochs = 5 : i64, metrics = [], optimizer = {}, ramp.program = @settle.loss}
  ramp.infer @rule reads [#ramp.read<here "head">, #ramp.read<setting "threshold">] answers @head {decision_kind = "score"}
}
func.func @settle.loss(%arg0: !nn.sample<5x4xf32> {nn.input = 0 : i64}, %arg1: !nn.sample<i32> {nn.input = 1 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["head.1", "head.2"]} {
  %0 = call @embed(%arg0) : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  %1 = nn.weights @stage.1 : <@stage.weights>
  %2 = call @stage(%0, %1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %3 = nn.weights @head.1 : <@head.weights>
  %4 = call @head(%2, %3) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %5 = nn.weights @stage.2 : <@stage.weights>
  %6 = call @stage(%2, %5) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %7 = nn.weights @head.2 : <@head.weights>
  %8 = call @head(%6, %7) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %9 = nn.stack %4, %8 : (!nn.sample<3xf32>, !nn.sample<3xf32>) -> !nn.sample<2x3xf32>
  %10 = call @fit(%9, %arg1) : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
  nn.report %10 {slot = 0 : i64} : !nn.sample<f32>
  %11 = nn.mean_samples %10 : (!nn.sample<f32>) -> tensor<f32>
  return %11 : tensor<f32>
}
func.func @loss.measure(%arg0: !nn.sample<5x4xf32> {nn.input = 0 : i64}, %arg1: !nn.sample<i32> {nn.input = 1 : i64}) attributes {nn.program = "measure"} {
  %0 = call @embed(%arg0) : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  %1 = nn.weights @stage.1 : <@stage.weights>
  %2 = call @stage(%0, %1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %3 = nn.weights @head.1 : <@head.weights>
  %4 = call @head(%2, %3) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %5 = nn.weights @stage.2 : <@stage.weights>
  %6 = call @stage(%2, %5) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %7 = nn.weights @head.2 : <@head.weights>
  %8 = call @head(%6, %7) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %9 = nn.stack %4, %8 : (!nn.sample<3xf32>, !nn.sample<3xf32>) -> !nn.sample<2x3xf32>
  %10 = call @fit(%9, %arg1) : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
  nn.write_table @loss, %10 : !nn.sample<f32>
  return
}

// -----

// CHECK-LABEL: ramp.model @Learns
// CHECK-NOT: kept
// CHECK-NOT: .keep

nn.bundle @stage.weights {decays = [true], kinds = ["normal"], names = ["w"], scales = [1.000000e-01], shapes = [array<i64: 4, 4>]}
nn.bundle @head.weights {decays = [true], kinds = ["normal"], names = ["w"], scales = [1.000000e-01], shapes = [array<i64: 4, 3>]}
nn.instance @stage.1 : @stage.weights at 0
nn.instance @stage.2 : @stage.weights at 16
nn.instance @head.1 : @head.weights at 32
nn.instance @head.2 : @head.weights at 48
func.func private @embed(%arg0: !nn.sample<5x4xf32>) -> !nn.sample<?x4xf32> {
  %0 = nn.to_rows %arg0 : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  return %0 : !nn.sample<?x4xf32>
}
func.func private @stage(%arg0: !nn.sample<?x4xf32>, %arg1: !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32> {
  %0 = nn.field %arg1 "w" : <@stage.weights> -> tensor<4x4xf32>
  %1 = nn.linear %arg0, %0 : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  return %1 : !nn.sample<?x4xf32>
}
func.func private @head(%arg0: !nn.sample<?x4xf32>, %arg1: !nn.weights<@head.weights>) -> !nn.sample<3xf32> {
  %0 = nn.field %arg1 "w" : <@head.weights> -> tensor<4x3xf32>
  %1 = nn.mean_rows %arg0 : (!nn.sample<?x4xf32>) -> !nn.sample<4xf32>
  %2 = nn.linear %1, %0 : (!nn.sample<4xf32>, tensor<4x3xf32>) -> !nn.sample<3xf32>
  return %2 : !nn.sample<3xf32>
}
func.func private @fit(%arg0: !nn.sample<2x3xf32>, %arg1: !nn.sample<i32>) -> !nn.sample<f32> {
  %0 = nn.cross_entropy %arg0, %arg1 : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<2xf32>
  %1 = nn.mean %0 {dims = array<i64: 0>} : (!nn.sample<2xf32>) -> !nn.sample<f32>
  return %1 : !nn.sample<f32>
}
func.func private @rule(%arg0: !nn.sample<3xf32>, %arg1: tensor<f32>) -> (!nn.sample<i1>, !nn.sample<f32>) {
  %0 = nn.sum %arg0 {dims = array<i64: 0>} : (!nn.sample<3xf32>) -> !nn.sample<f32>
  %1 = nn.compare %0, %arg1 {predicate = "gt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %1, %0 : !nn.sample<i1>, !nn.sample<f32>
}
ramp.model @Learns attributes {parameters = {}, rows_per_sample = 5 : i64, sources = ["small.ramp"]} {
  ramp.setting @threshold = 5.000000e-01
  ramp.input @x : !nn.sample<5x4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
  ramp.input @y : !nn.sample<i32> {classes = 3 : i64, kind = "label", max_rows = 0 : i64, names_file = ""}
  ramp.table @loss : !nn.sample<f32> = 0.000000e+00
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.measure @loss = @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] {ramp.program = @loss.measure}
  ramp.train "settle" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["head"] {batch = 8 : i64, epochs = 5 : i64, metrics = [], optimizer = {}, ramp.program = @settle.loss}
  ramp.infer @rule reads [#ramp.read<here "head">, #ramp.read<setting "threshold">] answers @head {decision_kind = "score"}
}
func.func @settle.loss(%arg0: !nn.sample<5x4xf32> {nn.input = 0 : i64}, %arg1: !nn.sample<i32> {nn.input = 1 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["stage.1", "stage.2", "head.1", "head.2"]} {
  %0 = call @embed(%arg0) : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  %1 = nn.weights @stage.1 : <@stage.weights>
  %2 = call @stage(%0, %1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %3 = nn.weights @head.1 : <@head.weights>
  %4 = call @head(%2, %3) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %5 = nn.weights @stage.2 : <@stage.weights>
  %6 = call @stage(%2, %5) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %7 = nn.weights @head.2 : <@head.weights>
  %8 = call @head(%6, %7) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %9 = nn.stack %4, %8 : (!nn.sample<3xf32>, !nn.sample<3xf32>) -> !nn.sample<2x3xf32>
  %10 = call @fit(%9, %arg1) : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
  nn.report %10 {slot = 0 : i64} : !nn.sample<f32>
  %11 = nn.mean_samples %10 : (!nn.sample<f32>) -> tensor<f32>
  return %11 : tensor<f32>
}
func.func @loss.measure(%arg0: !nn.sample<5x4xf32> {nn.input = 0 : i64}, %arg1: !nn.sample<i32> {nn.input = 1 : i64}) attributes {nn.program = "measure"} {
  %0 = call @embed(%arg0) : (!nn.sample<5x4xf32>) -> !nn.sample<?x4xf32>
  %1 = nn.weights @stage.1 : <@stage.weights>
  %2 = call @stage(%0, %1) {nn.stage = 1 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %3 = nn.weights @head.1 : <@head.weights>
  %4 = call @head(%2, %3) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %5 = nn.weights @stage.2 : <@stage.weights>
  %6 = call @stage(%2, %5) {nn.stage = 2 : i64} : (!nn.sample<?x4xf32>, !nn.weights<@stage.weights>) -> !nn.sample<?x4xf32>
  %7 = nn.weights @head.2 : <@head.weights>
  %8 = call @head(%6, %7) : (!nn.sample<?x4xf32>, !nn.weights<@head.weights>) -> !nn.sample<3xf32>
  %9 = nn.stack %4, %8 : (!nn.sample<3xf32>, !nn.sample<3xf32>) -> !nn.sample<2x3xf32>
  %10 = call @fit(%9, %arg1) : (!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
  nn.write_table @loss, %10 : !nn.sample<f32>
  return
}
