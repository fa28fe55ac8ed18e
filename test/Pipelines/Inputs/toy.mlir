braid.parameter @a : !braid.value<static, [dim: 3]> init {
  %0 = braid.constant 1.0 : !braid.value<static, [dim: 3]>
  braid.yield %0 : !braid.value<static, [dim: 3]>
}
braid.func @loss {
  %a = braid.param @a : <static, [dim: 3]>
  %p = braid.position : <token, [], id 0>
  %c = braid.map real(%p) : (!braid.value<token, [], id 0>) -> !braid.value<token, []>
  %one = braid.constant 1.0 : <static, []>
  %u = braid.map add(%c, %one) : (!braid.value<token, []>, !braid.value<static, []>) -> !braid.value<token, []>
  %x = braid.map mul(%a, %u) : (!braid.value<static, [dim: 3]>, !braid.value<token, []>) -> !braid.value<token, [dim: 3]>
  %y = toy.before %x : !braid.value<token, [dim: 3]>
  %z = braid.map mul(%y, %c) : (!braid.value<token, [dim: 3]>, !braid.value<token, []>) -> !braid.value<token, [dim: 3]>
  %s = braid.reduce sum %z over ["dim"] : <token, [dim: 3]> -> <token, []>
  %l = braid.token_sum %s : <token, []> -> <static, []>
  braid.output "y", %y : <token, [dim: 3]>
  braid.output "loss", %l : <static, []>
}
