// A walk: the choice between the two ways of a stage is asked at run time, batches are addresses out of the engine's pool, and a program whose
// batch is empty returns.
// RUN: offramp-opt --lower-to-calls %s | FileCheck %s

// CHECK-LABEL: func.func @offramp_infer(
// CHECK-SAME: %[[CALL:.*]]: !llvm.ptr, %[[B:.*]]: !llvm.ptr)
// Descriptors of the last run are free again.
// CHECK: call @offramp_cpu_begin(%[[CALL]])
// CHECK: %[[WAY:.*]] = call @offramp_cpu_choose_split(%[[CALL]], %[[B]], %c1_i64{{.*}})
// CHECK: %[[FIRST:.*]] = arith.cmpi ne, %[[WAY]]
// CHECK: %[[E:.*]]:2 = scf.if %[[FIRST]] -> (!llvm.ptr, !llvm.ptr) {
// CHECK: call @offramp_cpu_leave(%[[CALL]], %[[B]],
// CHECK: call @offramp_cpu_narrow
// CHECK: call @offramp_cpu_put
// CHECK: call @offramp_cpu_regroup_rest
// CHECK: scf.yield
// CHECK: } else {
// CHECK: call @offramp_cpu_leave(%[[CALL]], %[[B]],
// CHECK: call @offramp_cpu_put
// CHECK: call @offramp_cpu_regroup_all
// CHECK: scf.yield
// CHECK: }
// Nobody left: back to the caller.
// CHECK: %[[N:.*]] = llvm.load
// CHECK: %[[EMPTY:.*]] = arith.cmpi eq, %[[N]]
// CHECK: cf.cond_br %[[EMPTY]], ^[[BACK:.*]], ^[[GO:.*]]
// CHECK: ^[[BACK]]:
// CHECK-NEXT: return
// CHECK: ^[[GO]]:
// CHECK: call @offramp_cpu_put(%[[CALL]], %[[E]]#0,
// CHECK: return
func.func @infer(%b: !nn.batch) attributes {nn.program = "infer"} {
  %x = nn.read_input %b {slot = 0 : i64} : tensor<?x4xf32, #nn.space<rows>>
  %l = nn.read_input %b {slot = 1 : i64} : tensor<?xi1, #nn.space<samples>>
  %e:2 = nn.either %b {
    %y = nn.row %x : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<samples>>
    %stayers, %leavers = nn.leave %b, %l : tensor<?xi1, #nn.space<samples>>
    %yl = nn.narrow %y to %leavers : tensor<?x4xf32, #nn.space<samples>> -> tensor<?x4xf32, #nn.space<samples>>
    nn.put %leavers, %yl {stage = 1 : i64} : !nn.batch, tensor<?x4xf32, #nn.space<samples>>
    %batch, %rest = nn.regroup_rest %stayers, %x {stage = 1 : i64} : tensor<?x4xf32, #nn.space<rows>> -> tensor<?x4xf32, #nn.space<rest>>
    %ys = nn.narrow %y to %batch : tensor<?x4xf32, #nn.space<samples>> -> tensor<?x4xf32, #nn.space<samples>>
    %j = nn.join %ys, %rest : (tensor<?x4xf32, #nn.space<samples>>, tensor<?x4xf32, #nn.space<rest>>) -> tensor<?x4xf32, #nn.space<rows>>
    nn.yield %batch, %j : !nn.batch, tensor<?x4xf32, #nn.space<rows>>
  } or {
    %y = nn.row %x : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<samples>>
    %stayers, %leavers = nn.leave %b, %l : tensor<?xi1, #nn.space<samples>>
    %yl = nn.narrow %y to %leavers : tensor<?x4xf32, #nn.space<samples>> -> tensor<?x4xf32, #nn.space<samples>>
    nn.put %leavers, %yl {stage = 1 : i64} : !nn.batch, tensor<?x4xf32, #nn.space<samples>>
    %batch, %rows = nn.regroup_all %stayers, %x {stage = 1 : i64} : tensor<?x4xf32, #nn.space<rows>> -> tensor<?x4xf32, #nn.space<rows>>
    nn.yield %batch, %rows : !nn.batch, tensor<?x4xf32, #nn.space<rows>>
  } {stage = 1 : i64} : !nn.batch, tensor<?x4xf32, #nn.space<rows>>
  nn.done_if_empty %e#0
  %z = nn.row %e#1 : (tensor<?x4xf32, #nn.space<rows>>) -> tensor<?x4xf32, #nn.space<samples>>
  nn.put %e#0, %z {stage = 2 : i64} : !nn.batch, tensor<?x4xf32, #nn.space<samples>>
  return
}
