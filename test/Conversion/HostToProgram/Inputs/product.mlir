host.func @f attributes {token_bytes = 0 : i64, fixed_bytes = 64 : i64, positions = 7 : i64} {
  %x = host.external input "x" : !host.buffer<token, 8, f32>
  %w = host.external parameter "w" : !host.buffer<fixed, 32, f32>
  %y = host.external output "y" : !host.buffer<token, 4, f32>
  host.matmul %x, %w to %y dims [1, 1, 4, 8] tokens "m" strides [8, 8, 1], [32, 4, 1], [4, 4, 1] : !host.buffer<token, 8, f32>, !host.buffer<fixed, 32, f32>, !host.buffer<token, 4, f32>
}
