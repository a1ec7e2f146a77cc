// What becomes of each kind of op when only row 0 of its result is read: dimensions are renumbered, ops without a one-row form stay
// whole, positions start at 0, a repeated value is the value.
// RUN: offramp-opt --demand-rows %s | FileCheck %s

func.func private @dims(%h: !nn.sample<?x2x6xf32>) -> !nn.sample<2xf32> {
  %t = nn.transpose %h {permutation = array<i64: 0, 2, 1>} : (!nn.sample<?x2x6xf32>) -> !nn.sample<?x6x2xf32>
  %s = nn.slice %t {offsets = array<i64: 0, 1, 0>, sizes = array<i64: -1, 3, 2>} : (!nn.sample<?x6x2xf32>) -> !nn.sample<?x3x2xf32>
  %c = nn.concat %s, %t {dim = 1 : i64} : (!nn.sample<?x3x2xf32>, !nn.sample<?x6x2xf32>) -> !nn.sample<?x9x2xf32>
  %m = nn.mean %c {dims = array<i64: 1>} : (!nn.sample<?x9x2xf32>) -> !nn.sample<?x2xf32>
  %r = nn.row %m : (!nn.sample<?x2xf32>) -> !nn.sample<2xf32>
  return %r : !nn.sample<2xf32>
}
func.func private @whole(%x: !nn.sample<3x2xf32>, %h: !nn.sample<?x2xf32>) -> !nn.sample<2xf32> {
  %a = nn.to_rows %x : (!nn.sample<3x2xf32>) -> !nn.sample<?x2xf32>
  %b = nn.add %a, %h : (!nn.sample<?x2xf32>, !nn.sample<?x2xf32>) -> !nn.sample<?x2xf32>
  %m = nn.mean_rows %h : (!nn.sample<?x2xf32>) -> !nn.sample<2xf32>
  %s = nn.spread %m, %h : (!nn.sample<2xf32>, !nn.sample<?x2xf32>) -> !nn.sample<?x2xf32>
  %c = nn.add %b, %s : (!nn.sample<?x2xf32>, !nn.sample<?x2xf32>) -> !nn.sample<?x2xf32>
  %r = nn.row %c : (!nn.sample<?x2xf32>) -> !nn.sample<2xf32>
  return %r : !nn.sample<2xf32>
}
func.func private @place(%ids: !nn.sample<?xi32>, %table: tensor<5x2xf32>) -> !nn.sample<2xf32> {
  %p = nn.positions %ids : (!nn.sample<?xi32>) -> !nn.sample<?xi32>
  %a = nn.gather %table, %p : (tensor<5x2xf32>, !nn.sample<?xi32>) -> !nn.sample<?x2xf32>
  %b = nn.gather %table, %ids : (tensor<5x2xf32>, !nn.sample<?xi32>) -> !nn.sample<?x2xf32>
  %c = nn.add %a, %b : (!nn.sample<?x2xf32>, !nn.sample<?x2xf32>) -> !nn.sample<?x2xf32>
  %r = nn.row %c : (!nn.sample<?x2xf32>) -> !nn.sample<2xf32>
  return %r : !nn.sample<2xf32>
}
func.func @infer(%h: !nn.sample<?x2x6xf32>, %x: !nn.sample<3x2xf32>, %k: !nn.sample<?x2xf32>, %ids: !nn.sample<?xi32>) attributes {nn.program = "infer"} {
  %c = nn.constant dense<0.0> : tensor<5x2xf32> : tensor<5x2xf32>
  %a = call @dims(%h) : (!nn.sample<?x2x6xf32>) -> !nn.sample<2xf32>
  nn.leave_with %a {stage = 1 : i64} : !nn.sample<2xf32>
  %b = call @whole(%x, %k) : (!nn.sample<3x2xf32>, !nn.sample<?x2xf32>) -> !nn.sample<2xf32>
  nn.leave_with %b {stage = 1 : i64} : !nn.sample<2xf32>
  %d = call @place(%ids, %c) : (!nn.sample<?xi32>, tensor<5x2xf32>) -> !nn.sample<2xf32>
  nn.leave_with %d {stage = 1 : i64} : !nn.sample<2xf32>
  return
}

// CHECK-LABEL: @dims.first(
// CHECK-SAME: !nn.sample<2x6xf32>
// CHECK: nn.transpose {{.*}} {permutation = array<i64: 1, 0>} : (!nn.sample<2x6xf32>) -> !nn.sample<6x2xf32>
// CHECK: nn.slice {{.*}} {offsets = array<i64: 1, 0>, sizes = array<i64: 3, 2>} : (!nn.sample<6x2xf32>) -> !nn.sample<3x2xf32>
// CHECK: nn.concat {{.*}} {dim = 0 : i64} : (!nn.sample<3x2xf32>, !nn.sample<6x2xf32>) -> !nn.sample<9x2xf32>
// CHECK: nn.mean {{.*}} {dims = array<i64: 0>} : (!nn.sample<9x2xf32>) -> !nn.sample<2xf32>
// CHECK-NEXT: return

// CHECK-LABEL: @whole.first(
// CHECK-SAME: %[[X:.*]]: !nn.sample<3x2xf32>, %[[K:.*]]: !nn.sample<?x2xf32>
// CHECK: %[[K0:.*]] = nn.row %[[K]]
// CHECK: %[[A:.*]] = nn.to_rows %[[X]] {{.*}} -> !nn.sample<?x2xf32>
// CHECK: %[[A0:.*]] = nn.row %[[A]]
// CHECK: %[[B:.*]] = nn.add %[[A0]], %[[K0]] {{.*}} -> !nn.sample<2xf32>
// CHECK: %[[M:.*]] = nn.mean_rows %[[K]]
// CHECK-NOT: nn.spread
// CHECK: nn.add %[[B]], %[[M]] : (!nn.sample<2xf32>, !nn.sample<2xf32>) -> !nn.sample<2xf32>

// CHECK-LABEL: @place.first(
// CHECK-SAME: %[[ID:.*]]: !nn.sample<i32>
// CHECK: %[[Z:.*]] = nn.constant dense<0> : tensor<i32>
// CHECK: %[[P:.*]] = nn.broadcast %[[Z]] : (tensor<i32>) -> !nn.sample<i32>
// CHECK: nn.gather %{{.*}}, %[[P]] {{.*}} -> !nn.sample<2xf32>
// CHECK: nn.gather %{{.*}}, %[[ID]] {{.*}} -> !nn.sample<2xf32>

// CHECK-LABEL: func.func @infer(
// CHECK: nn.row
// CHECK: call @dims.first(
// CHECK: call @whole.first(
// CHECK: call @place.first(
