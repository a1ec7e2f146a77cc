// The verifier of a model, V6: functions take and give the types of their role. Each case is the valid model of ramp.mlir with one thing wrong.
// RUN: offramp-opt %s --split-input-file --verify-diagnostics

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
nn.bundle @other {names = [], shapes = [], kinds = [], scales = [], decays = []}
nn.instance @stage.1 : @other at 0
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
  // expected-error @+1 {{V6: instance @"stage.1" has bundle @other when @stage reads @b}}
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
  // expected-error @+1 {{V6: @fit has 2 parameters when it should have 1}}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
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
  // expected-error @+1 {{V6: parameter 0 of @rule is '!nn.sample<f32>' when it should be '!nn.sample<3xf32>'}}
  ramp.infer @rule reads [#ramp.read<here "head">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @head(!nn.sample<4xf32>) -> !nn.sample<3xf32>
func.func private @gate(!nn.sample<4xf32>) -> !nn.sample<f32>
func.func private @fit(!nn.sample<2x3xf32>, !nn.sample<i32>) -> f32
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
  // expected-error @+1 {{V6: @fit takes or gives 'f32', which is neither shared nor per sample}}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @head(!nn.sample<4xf32>) -> (!nn.sample<3xf32>, !nn.sample<f32>)
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
  // expected-error @+1 {{V6: @head has 2 results when it should have one}}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @head(!nn.sample<4xf32>) -> tensor<3xf32>
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
  // expected-error @+1 {{V6: @head gives a shared value}}
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
  // expected-error @+1 {{V6: @fit has 1 results when it should have 2}}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = ["right"], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @head(!nn.sample<4xf32>) -> !nn.sample<3xf32>
func.func private @gate(!nn.sample<4xf32>) -> !nn.sample<f32>
func.func private @fit(!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<i32>
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
  // expected-error @+1 {{V6: @fit gives '!nn.sample<i32>' when an objective and metrics are f32 scalars}}
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
func.func private @rule(!nn.sample<f32>, tensor<f32>, !nn.sample<i32>) -> (!nn.sample<f32>, !nn.sample<f32>, !nn.sample<i32>)
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
  // expected-error @+1 {{V6: @rule gives '!nn.sample<f32>' and '!nn.sample<f32>' when leave is an i1 scalar and the decision an f32 scalar}}
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @head(!nn.sample<4xf32>) -> !nn.sample<3xf32>
func.func private @gate(!nn.sample<4xf32>) -> !nn.sample<f32>
func.func private @fit(!nn.sample<2x3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
func.func private @easy(!nn.sample<1xf32>) -> !nn.sample<i32>
func.func private @rule(!nn.sample<f32>, tensor<f32>, !nn.sample<i32>) -> (!nn.sample<i1>, !nn.sample<f32>, !nn.sample<f32>)
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
  // expected-error @+1 {{V6: @rule gives '!nn.sample<f32>' for state `streak` of type '!nn.sample<i32>'}}
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}

// -----

func.func private @embed(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @stage(!nn.sample<4xf32>) -> !nn.sample<4xf32>
func.func private @head(!nn.sample<4xf32>) -> !nn.sample<3xf32>
func.func private @wide(!nn.sample<4xf32>) -> !nn.sample<9xf32>
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
  ramp.attach @head [@head, @wide] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  // expected-error @+1 {{V6: `head` has another type after another stage}}
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
  // expected-error @+1 {{V6: has 1 forms for training when there are 2 functions}}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"], train_functions = [@head]}
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
  // expected-error @+1 {{V6: @gate has another type than @stage}}
  ramp.backbone @embed reads ["x"] then [@stage, @stage] {embed_instance = "embed", instances = ["stage.1", "stage.2"], train_stages = [@gate, @gate]}
  ramp.attach @head [@head, @head] of ["h"] {instances = ["head.1", "head.2"]}
  ramp.attach policy @gate [@gate] of ["h"] {instances = ["gate.1"]}
  ramp.train "fit" @fit reads [#ramp.read<stacked "head">, #ramp.read<input "y">] updates ["backbone", "head"] {batch = 8 : i64, epochs = 1 : i64, metrics = [], optimizer = {}}
  ramp.measure @known = @easy reads [#ramp.read<stacked "gate">]
  ramp.infer @rule reads [#ramp.read<here "gate">, #ramp.read<setting "threshold">, #ramp.read<state "streak">] answers @head {decision_kind = "probability"}
}
