host.func @f {
  %x = host.external "in:x" : !host.buffer<token, 8, f32>
}
