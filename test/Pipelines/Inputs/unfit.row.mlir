host.func @f {
  %x = host.external input "x" : <token, 8, f32>
  host.launch @none token sizes [] (%x) : !host.buffer<token, 8, f32>
}
