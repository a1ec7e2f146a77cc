// A model of every structural op prints as it parses.
// RUN: offramp-opt %s | offramp-opt | FileCheck %s

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @head(!nn.sample<4xf32>) -> !nn.sample<3xf32>
func.func private @gate(!nn.sample<4xf32>) -> !nn.sample<f32>
func.func private @fit(!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
func.func private @easy(!nn.sample<1xf32>) -> !nn.sample<i32>
func.func private @rule(!nn.sample<f32>, tensor<f32>, !nn.sample<i32>) -> (!nn.sample<i1>, !nn.sample<f32>, !nn.sample<i32>)
ramp.model @M attributes {parameters = {}, rows_per_sample = -1 : i64, sources = []} {
  ramp.setting @threshold = 0.5
  ramp.input @x : !nn.sample<4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
  ramp.input @y : !nn.sample<i32> {classes = 3 : i64, kind = "label", max_rows = 0 : i64, names_file = ""}
  ramp.state @streak : !nn.sample<i32> = 0.0
  ramp.table @known : !nn.sample<i32> = 1.0
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// CHECK: ramp.model @M attributes {parameters = {}, rows_per_sample = -1 : i64, sources = []}
// CHECK-NEXT: ramp.setting @threshold = 5.000000e-01
// CHECK-NEXT: ramp.input @x : !nn.sample<4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
// CHECK: ramp.state @streak : !nn.sample<i32> = 0.000000e+00
// CHECK-NEXT: ramp.table @known : !nn.sample<i32> = 1.000000e+00
// CHECK-NEXT: ramp.backbone @embed reads ["x"] then [@stage, @stage]
// CHECK-NEXT: ramp.attach @head [@head, @head] of ["h"]
// CHECK-NEXT: ramp.attach policy @gate [@gate] of ["h"]
// CHECK-NEXT: ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"]
// CHECK-NEXT: ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
// CHECK-NEXT: ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head
