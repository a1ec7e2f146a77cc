// The arena: places of values that were read for the last time are cut to size for later ones, and joined again where they lie side by side.
// RUN: offramp-opt --lower-to-calls --split-input-file %s | FileCheck %s

nn.bundle @w {names = ["up", "down", "flat"], shapes = [array<i64: 4, 16>, array<i64: 16, 4>, array<i64: 4, 4>],
              kinds = ["normal", "normal", "normal"], scales = [0.1, 0.1, 0.1], decays = [true, true, true]}
nn.instance @w.1 : @w at 0

// Bytes of a row: 64 for %a and behind it 16 for %h. %p takes the first 16 of what %a held; what is left of it and the place of %h hold %c.
// CHECK-LABEL: func.func @offramp_evaluate(
// CHECK-SAME: nn.arena = array<i64: 80, 0, 0>
func.func @evaluate(%b: !nn.batch) attributes {nn.program = "evaluate"} {
  %x = nn.read_input %b {slot = 0 : i64} : tensor<?x4xf32, #nn.space<rows>>
  %w = nn.weights @w.1 : <@w>
  %up = nn.field %w "up" : <@w> -> tensor<4x16xf32>
  %down = nn.field %w "down" : <@w> -> tensor<16x4xf32>
  %flat = nn.field %w "flat" : <@w> -> tensor<4x4xf32>
  %a = nn.linear %x, %up : (tensor<?x4xf32, #nn.space<rows>>, tensor<4x16xf32>) -> tensor<?x16xf32, #nn.space<rows>>
  %h = nn.linear %a, %down : (tensor<?x16xf32, #nn.space<rows>>, tensor<16x4xf32>) -> tensor<?x4xf32, #nn.space<rows>>
  %p = nn.linear %h, %flat : (tensor<?x4xf32, #nn.space<rows>>, tensor<4x4xf32>) -> tensor<?x4xf32, #nn.space<rows>>
  %c = nn.linear %p, %up : (tensor<?x4xf32, #nn.space<rows>>, tensor<4x16xf32>) -> tensor<?x16xf32, #nn.space<rows>>
  %y = nn.row %c : (tensor<?x16xf32, #nn.space<rows>>) -> tensor<?x16xf32, #nn.space<samples>>
  nn.collect %y {name = "logits", slot = 0 : i64} : tensor<?x16xf32, #nn.space<samples>>
  return
}
