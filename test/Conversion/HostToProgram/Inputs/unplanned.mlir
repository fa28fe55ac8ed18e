host.func @f {
  %x = host.external input "x" : !host.buffer<token, 8, f32>
}
