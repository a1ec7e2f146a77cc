// The verifier of a model, V1 … V5: each case is the valid model of ramp.mlir with one thing wrong.
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
  // expected-error @+1 {{V1: the embedding reads label "y", which exists in training only}}
  ramp.backbone @embed reads ["y"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
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
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  // expected-error @+1 {{V1: label `y` is not readable by the exit rule}}
  ramp.infer @rule reads [#ramp.read<input "y">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
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
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  // expected-error @+1 {{V1: table `known` is not readable by the exit rule}}
  ramp.infer @rule reads [#ramp.read<table "known">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

// No action after the last stage: everybody leaves there.
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
  // expected-error @+1 {{V2: has 2 instances when a policy of a model of 2 stages has 1}}
  ramp.attach policy @gate [@gate, @gate] of ["h"] {instances = ["gate.1", "gate.2"]}
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
  // expected-error @+1 {{V2: has 1 instances when an attachment of a model of 2 stages has 2}}
  ramp.attach @head [@head] of ["h"] {instances = ["head.1"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @late(!nn.sample<f32>) -> !nn.sample<f32>
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
  // expected-error @+1 {{V2: reads policy "gate" after stage 2, where it has no instance}}
  ramp.attach @late [@late, @late] of ["gate"] {instances = ["late.1", "late.2"]}
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
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  // expected-error @+1 {{V3: @x is not an attachment}}
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @x {decision_kind = "probability"}
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
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  // expected-error @+1 {{V3: policy @gate cannot be the answer: it has no instance after the last stage}}
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @gate {decision_kind = "probability"}
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
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  // expected-error @+1 {{V4: #ramp.read<stacked "gate"> cannot be read by the exit rule}}
  ramp.infer @rule reads [#ramp.read<stacked "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
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
  // expected-error @+1 {{V4: #ramp.read<here "head"> cannot be read by a phase}}
  ramp.train "fit" @fit reads [#ramp.read<here "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
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
  // expected-error @+1 {{V4: #ramp.read<state "streak"> cannot be read by a phase}}
  ramp.train "fit" @fit reads [#ramp.read<state "streak">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
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
// expected-error @+1 {{V5: needs exactly one ramp.backbone}}
ramp.model @M attributes {parameters = {}, rows_per_sample = -1 : i64, sources = []} {
  ramp.setting @threshold = 0.5
  ramp.input @x : !nn.sample<4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
  ramp.input @y : !nn.sample<i32> {classes = 3 : i64, kind = "label", max_rows = 0 : i64, names_file = ""}
  ramp.state @streak : !nn.sample<i32> = 0.0
  ramp.table @known : !nn.sample<i32> = 1.0
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
// expected-error @+1 {{V5: needs exactly one ramp.infer}}
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
  // ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
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
  // expected-error @+1 {{V5: type 'tensor<4xf32>' is not per sample}}
  ramp.input @x : tensor<4xf32> {classes = 0 : i64, kind = "values", max_rows = 0 : i64, names_file = ""}
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
  // expected-error @+1 {{V5: @missing is not a function}}
  ramp.train "fit" @missing reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
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
  // expected-error @+1 {{V5: input "z" is not declared}}
  ramp.backbone @embed reads ["z"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
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
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  // expected-error @+1 {{V5: `z` is not declared}}
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "z">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
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
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  // expected-error @+1 {{V5: @x is not a table}}
  ramp.measure @x = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>, !nn.weights<@b>) -> !nn.sample<4xf32>
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
  // expected-error @+1 {{V5: instance @"stage.1" is not declared}}
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}
