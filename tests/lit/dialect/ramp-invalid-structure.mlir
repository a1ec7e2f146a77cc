// The verifier of a model, V7 … V10: what phases update, stages, the order of attachments, tables. Each case is the valid model of ramp.mlir with
// one thing wrong.
// RUN: offramp-opt %s --split-input-file --verify-diagnostics

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
  // expected-error @+1 {{V7: updates nothing}}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates [] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

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
  // expected-error @+1 {{V7: "tail" is neither the backbone nor an attachment}}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["tail"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

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
  // expected-error @+1 {{V8: a model needs at least one stage}}
  ramp.backbone @embed reads ["x"] then [] {embed_instance = "embed", instances = []}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

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
  // expected-error @+1 {{V8: 1 instances for 2 stages}}
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1"]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

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
  // expected-error @+1 {{V8: parameter 0 of @gate is '!nn.sample<4xf32>' when it should be '!nn.sample<f32>'}}
  ramp.backbone @embed reads ["x"] then [@gate, @gate] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> tensor<4xf32>
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
  // expected-error @+1 {{V8: @stage gives a shared value}}
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

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
  // expected-error @+1 {{V9: "gate" is neither `h` nor an attachment declared before}}
  ramp.attach @head [@head, @head] of ["gate"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @head(!nn.sample<4xf32>) -> !nn.sample<3xf32>
func.func private @gate(!nn.sample<4xf32>) -> !nn.sample<f32>
func.func private @fit(!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
func.func private @easy(!nn.sample<1xf32>) -> !nn.sample<f32>
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
  // expected-error @+1 {{V10: @easy gives '!nn.sample<f32>' when the table holds '!nn.sample<i32>'}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}
