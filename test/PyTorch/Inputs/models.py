"""The topologies of examples/, each written from its paper's equations: tokens [batch, time] to logits.

Nothing is taken from the Braid programs but the paths of their parameters. `p` holds those, `c` the config values.
"""
import torch

from layers import attend, attend_masked, attention, gelu, join, layernorm, mlp, project, rms, rmsnorm, rope, swiglu


def sublayers(p, c):
    """The parameters and function of each sublayer in order."""
    for i in range(c["layers"]):
        yield p / "block" / i / "attention", attention
        yield p / "block" / i / "mlp", mlp


def tied(p, x):
    """The readout: a norm, then the embedding once more."""
    return rmsnorm(p / "readout" / "rmsnorm", x) @ p["embed"].T


def prenorm(p, tokens, c):
    # x_{l+1} = x_l + f(norm(x_l))
    x = p["embed"][tokens]
    for q, f in sublayers(p, c):
        x = x + f(q, rmsnorm(q / "rmsnorm", x))
    return tied(p, x)


def learned_positions(p, tokens, c):
    x = p["embed"][tokens] + p["place"][torch.arange(tokens.shape[1])]
    for i in range(c["layers"]):
        a, m = p / "block" / i / "attention", p / "block" / i / "mlp"
        h = layernorm(a / "layernorm", x)
        x = x + join(a / "out", attend(project(a / "q", h), project(a / "k", h), project(a / "v", h)))
        x = x + mlp(m, layernorm(m / "layernorm", x))
    return layernorm(p / "readout" / "layernorm", x) @ p["embed"].T


def llama(p, tokens, c):
    x = p["embed"][tokens]
    for i in range(c["layers"]):
        a, m = p / "block" / i / "attention", p / "block" / i / "swiglu"
        x = x + attention(a, rmsnorm(a / "rmsnorm", x))
        x = x + swiglu(m, rmsnorm(m / "rmsnorm", x))
    return rmsnorm(p / "readout" / "rmsnorm", x) @ p["output"].T


def packed(p, tokens, c):
    # Causal attention among the tokens of one document; a window keeps the newest of these.
    document = c["document"]
    seen = (document[:, :, None] == document[:, None, :]) & torch.ones(tokens.shape[1], tokens.shape[1], dtype=torch.bool).tril()
    if c["window"]:
        seen &= seen.flip(-1).cumsum(-1).flip(-1) <= c["window"]
    x = p["embed"][tokens]
    for i in range(c["layers"]):
        a, m = p / "block" / i / "attention", p / "block" / i / "swiglu"
        h = rmsnorm(a / "rmsnorm", x)
        x = x + join(a / "out", attend_masked(rope(project(a / "q", h)), rope(project(a / "k", h)), project(a / "v", h), seen))
        x = x + swiglu(m, rmsnorm(m / "rmsnorm", x))
    return tied(p, x)


def over_depth(p, values):
    """Attention Residuals, equations 2 to 4: phi(q, k) = exp(q . norm(k)), h = sum_i phi_i v_i / sum_i phi_i."""
    keys = [rmsnorm(p, v) for v in values]
    phi = [torch.exp((k * p["query"]).sum(-1, keepdim=True)) for k in keys]
    return sum(f * v for f, v in zip(phi, values)) / sum(phi)


def attnres_full(p, tokens, c):
    values = [p["embed"][tokens]]
    for q, f in sublayers(p, c):
        h = over_depth(q / "depth_attention", values)
        values.append(f(q, rmsnorm(q / "rmsnorm", h)))
    return tied(p, over_depth(p / "readout" / "depth_attention", values))


def attnres_block(p, tokens, c):
    # b_0 is the embedding, b_n the sum of block n; within a block its sum so far is a further source.
    blocks, partial, inside = [p["embed"][tokens]], None, 0
    for q, f in sublayers(p, c):
        h = over_depth(q / "depth_attention", blocks if partial is None else blocks + [partial])
        y = f(q, rmsnorm(q / "rmsnorm", h))
        partial = y if partial is None else partial + y
        inside += 1
        if inside == c["group"]:
            blocks, partial, inside = blocks + [partial], None, 0
    return tied(p, over_depth(p / "readout" / "depth_attention", blocks if partial is None else blocks + [partial]))


def delta(p, tokens, c):
    # X_{l+1} = (I - beta k k^T) X_l + beta k v^T, with one column
    x = p["embed"][tokens]
    for q, f in sublayers(p, c):
        d = q / "delta"
        context = rmsnorm(d / "rmsnorm", x)
        k = torch.nn.functional.normalize(f(q, context), dim=-1)
        beta = 2 * torch.sigmoid(context @ d["beta.weight"])[..., None]
        v = (context @ d["value.weight"])[..., None]
        x = x - beta * k * (k * x).sum(-1, keepdim=True) + beta * k * v
    return tied(p, x)


def delta4(p, tokens, c):
    # The same with X a matrix [dim, columns] for each token.
    X = p["embed"][tokens][..., None].repeat(1, 1, 1, c["columns"])
    eye = torch.eye(X.shape[-2], dtype=X.dtype)
    for q, f in sublayers(p, c):
        d = q / "delta_columns"
        context = rmsnorm(d / "rmsnorm", X @ d["pool"])
        k = torch.nn.functional.normalize(f(q, context), dim=-1)[..., None]
        beta = 2 * torch.sigmoid(context @ d["beta.weight"])[..., None, None]
        v = (context @ d["value.weight"])[..., None]
        X = (eye - beta * k @ k.mT) @ X + beta * k @ v.mT
    return tied(p, X @ p["readout"])


def denseformer(p, tokens, c):
    # x_0 is the embedding; y_i = block_i(x_{i-1}); x_i = sum_{j <= i} alpha_{i,j} y_j
    ys = [p["embed"][tokens]]
    x = ys[0]
    for i in range(c["layers"]):
        q = p / "layer_index" / i / "block"
        a = x + attention(q / "attention", rmsnorm(q / "rmsnorm", x))
        ys.append(a + mlp(q / "mlp", rmsnorm(q / "ffn_norm", a)))
        alpha = (p / "layer_index" / (i + 1) / "block" if i + 1 < c["layers"] else p / "readout")["weighted.a"]
        x = sum(alpha[j] * y for j, y in enumerate(ys))
    return tied(p, x)


def hyper_connections(p, tokens, c):
    # Algorithm 2: H~ = norm(H), B = s_b tanh(H~ W_b) + B_0, A_m = s_a tanh(H~ W_m) + A_m0, A_r likewise;
    # h_0 = A_m^T H, H' = B^T layer(h_0) + A_r^T H
    H = p["embed"][tokens][..., None, :].repeat(1, 1, c["lanes"], 1)
    for q, f in sublayers(p, c):
        d = q / "hyper"
        Hn = rms(H)
        B = d["write_scale"] * torch.tanh(Hn @ d["post_weight"]) + d["post"]
        Am = d["read_scale"] * torch.tanh(Hn @ d["pre_weight"]) + d["pre"]
        Ar = d["read_scale"] * torch.tanh(Hn @ d["mix_weight"]) + d["mix"]
        h0 = (Am[..., None, :] @ H).squeeze(-2)
        H = B[..., None] * f(q, rmsnorm(q / "rmsnorm", h0))[..., None, :] + Ar.mT @ H
    return tied(p, H.sum(-2))


def mhc(p, tokens, c):
    # Equations 7 to 9: x~ = norm(vec x), H_pre = sigmoid(a x~ phi + b), H_post = 2 sigmoid(..), H_res = Sinkhorn(..);
    # x' = H_res x + H_post^T f(H_pre x). Row i of H_res is lane i of the result.
    n = c["lanes"]
    X = p["embed"][tokens][..., None, :].repeat(1, 1, n, 1)
    for q, f in sublayers(p, c):
        xn = rms(X.flatten(-2))

        def mapping(name):
            d = q / "mhc" / name
            phi = d["weight"].flatten(0, 1)
            return d["scale"] * torch.tensordot(xn, phi, 1) + d["bias"]

        pre = torch.sigmoid(mapping("pre"))
        post = 2 * torch.sigmoid(mapping("post"))
        M = torch.exp(mapping("mix").mT)
        for _ in range(20):
            M = M / M.sum(-2, keepdim=True)  # columns
            M = M / M.sum(-1, keepdim=True)  # rows
        y = f(q, rmsnorm(q / "rmsnorm", (pre[..., None, :] @ X).squeeze(-2)))
        X = M @ X + post[..., None] * y[..., None, :]
    return tied(p, X.sum(-2))


def mudd(p, tokens, c):
    # A_i = W2 gelu(W1 norm(x_i)) + a_i; x^way = sum_j A^way_ij x_j. The first block sees the embedding, the readout has one way.
    xs = [p["embed"][tokens]]
    ways = [xs[0]] * 4
    for i in range(c["layers"]):
        b = p / "block" / i / "mix"
        m = b / "attention"
        query = rope(project(m / "q", rmsnorm(m / "q_norm", ways[0])))
        key = rope(project(m / "k", rmsnorm(m / "k_norm", ways[1])))
        value = project(m / "v", rmsnorm(m / "v_norm", ways[2]))
        a = ways[3] + join(m / "out", attend(query, key, value))
        xs.append(a + mlp(b / "mlp", rmsnorm(b / "rmsnorm", a)))
        last = i + 1 == c["layers"]
        d = (p / "readout" if last else p / "block" / (i + 1) / "mix") / "mudd"
        A = torch.tensordot(gelu(rms(xs[-1]) @ d["w1"]), d["w2"], 1) + d["b"]
        A = A[..., None, :] if last else A  # [batch, time, way, depth]
        ways = (A @ torch.stack(xs, -2)).unbind(-2)
    return tied(p, ways[-1])


def unet(p, tokens, c):
    # The encoder's states are popped in reverse order by the decoder; every block blends the embedding in again.
    x = start = p["embed"][tokens]
    saved = []
    for i in range(c["layers"]):
        b = p / "block" / i
        if i >= c["layers"] / 2:
            x = x + torch.sigmoid(b["gate"]) * saved.pop()
        x = b["keep"] * x + b["again"] * start
        x = x + attention(b / "attention", rmsnorm(b / "attention" / "rmsnorm", x))
        x = x + mlp(b / "mlp", rmsnorm(b / "mlp" / "rmsnorm", x))
        if i < c["layers"] / 2:
            saved.append(x)
    return tied(p, x)


def value_residual(p, tokens, c):
    # V'_n = lambda_{n,1} V_1 + lambda_{n,2} V_n from the second layer on
    x, first = p["embed"][tokens], None
    for i in range(c["layers"]):
        a, m = p / "block" / i / "attention_vr", p / "block" / i / "mlp"
        h = rmsnorm(a / "rmsnorm", x)
        v = project(a / "v", h)
        if first is None:
            first = v
        else:
            v = a["first"] * first + a["own"] * v
        x = x + join(a / "out", attend(rope(project(a / "q", h)), rope(project(a / "k", h)), v))
        x = x + mlp(m, rmsnorm(m / "rmsnorm", x))
    return tied(p, x)


def transformer_xl(p, tokens, c):
    # As the authors do it: segment after segment, each layer with the memory of its own inputs at the segment before,
    # h~ = [SG(memory), h], q from h, k and v from h~. Rotary positions count from the beginning of the text.
    length, kept = c["segment"], c["memory"]
    memories = [None] * c["layers"]
    outputs = []
    for begin in range(0, tokens.shape[1], length):
        x = p["embed"][tokens[:, begin:begin + length]]
        for i in range(c["layers"]):
            a, m = p / "block" / i / "xl_attention", p / "block" / i / "mlp"
            past = x[:, :0] if memories[i] is None else memories[i]
            both = torch.cat([past.detach(), x], 1)
            memories[i] = both[:, -kept:]
            q, kv = rmsnorm(a / "norm", x), rmsnorm(a / "norm", both)
            far = past.shape[1]
            key = rope(project(a / "key" / "linear", kv), start=begin - far)
            query = rope(project(a / "q", q), start=begin)
            seen = torch.ones(x.shape[1], both.shape[1], dtype=torch.bool).tril(far)
            o = attend_masked(query, key, project(a / "value" / "linear", kv), seen.expand(len(x), -1, -1))
            x = x + join(a / "out", o)
            x = x + mlp(m, rmsnorm(m / "rmsnorm", x))
        outputs.append(x)
    return tied(p, torch.cat(outputs, 1))


def shifts(p, tokens, c):
    document, taps = c["document"], c["taps"]

    def before(x, n):
        return torch.cat([torch.zeros_like(x[:, :n]), x[:, :-n]], 1) if n else x

    def within(weight, x):
        # Taps that lie in another document, or before the text, count as 0.
        total = torch.zeros_like(x)
        for i in range(taps):
            same = torch.zeros(document.shape, dtype=torch.bool)
            same[:, i:] = document[:, i:] == document[:, :document.shape[1] - i]
            total = total + weight[i] * before(x, i) * same[..., None]
        return total

    def across(weight, x):
        kernel = weight[:taps].flip(0).T[:, None]
        return torch.nn.functional.conv1d(torch.nn.functional.pad(x.mT, (taps - 1, 0)), kernel, groups=x.shape[-1]).mT

    opens = torch.ones(document.shape, dtype=torch.bool)
    opens[:, 1:] = document[:, 1:] != document[:, :-1]
    x = p["embed"][tokens]
    x = x + before(x, 1)
    for i in range(c["layers"]):
        m, f = p / "block" / i / "mixer", p / "block" / i / "swiglu"
        h = rmsnorm(m / "rmsnorm", x)
        u = torch.nn.functional.silu(within(m["within.weight"], h @ m["u.weight"]))
        z = torch.where(opens[..., None], u, u * before(h, 1))
        x = x + (z + across(m["across.weight"], h @ m["w.weight"])) @ m["out.weight"]
        x = x + swiglu(f, rmsnorm(f / "rmsnorm", x))
    return tied(p, x)


def earlier(x, n=1):
    """The value n tokens earlier, before the text 0."""
    return torch.cat([torch.zeros_like(x[:, :n]), x[:, :-n]], 1) if n else x


def convolution(p, x, document=None):
    """Causal, depthwise, a tap at a time; taps in another document count as 0."""
    total = torch.zeros_like(x)
    for i, weight in enumerate(p["weight"]):
        term = weight * earlier(x, i)
        if document is not None:
            same = torch.zeros(document.shape, dtype=torch.bool)
            same[:, i:] = document[:, i:] == document[:, :document.shape[1] - i]
            term = term * same[(...,) + (None,) * (x.dim() - 2)]
        total = total + term
    return total


def over_time(step, state, *inputs):
    """Token by token: step(state, inputs of the token) gives the new state and the token's result."""
    results = []
    for token in zip(*(x.unbind(1) for x in inputs)):
        state, y = step(state, *token)
        results.append(y)
    return torch.stack(results, 1)


def retnet(p, tokens, c):
    # S_t = g S_{t-1} + k_t^T v_t, o_t = q_t S_t, g = 1 - 2^(-5 - head)
    x = p["embed"][tokens]
    heads = c["heads"]
    g = 1 - 2.0 ** (-5 - torch.arange(heads, dtype=x.dtype))
    for i in range(c["layers"]):
        r, m = p / "block" / i / "retention", p / "block" / i / "swiglu"
        h = rmsnorm(r / "rmsnorm", x)
        q, k, v = rope(project(r / "q", h)), rope(project(r / "k", h)) / (c["dim"] / heads)**0.5, project(r / "v", h)

        def step(S, q, k, v):
            S = g[:, None, None] * S + k[..., :, None] * v[..., None, :]
            return S, (q[..., None, :] @ S).squeeze(-2)

        o = over_time(step, x.new_zeros(len(x), heads, k.shape[-1], v.shape[-1]), q, k, v)
        x = x + join(r / "out", rms(o) * torch.nn.functional.silu(project(r / "gate", h)))
        x = x + swiglu(m, rmsnorm(m / "rmsnorm", x))
    return tied(p, x)


def mamba2(p, tokens, c):
    # h_t = exp(A dt_t) h_{t-1} + dt_t u_t B_t, y_t = h_t C_t + D u_t, A = -exp(rate), dt = softplus(. + start)
    silu = torch.nn.functional.silu
    x = p["embed"][tokens]
    for i in range(c["layers"]):
        m = p / "block" / i / "mamba"
        h = rmsnorm(p / "block" / i / "mamba" / "norm", x)
        u = silu(convolution(m / "u_conv", project(m / "u", h)))
        B = silu(convolution(m / "b_conv", h @ m["b.weight"]))
        C = silu(convolution(m / "c_conv", h @ m["c.weight"]))
        dt = torch.nn.functional.softplus(h @ m["dt.weight"] + m["start"])

        def step(S, u, B, C, dt):
            S = torch.exp(-torch.exp(m["rate"]) * dt)[..., None, None] * S + (dt[..., None] * u)[..., None] * B[:, None, None]
            return S, (S * C[:, None, None]).sum(-1) + m["skip"][:, None] * u

        y = over_time(step, x.new_zeros(*u[:, 0].shape, B.shape[-1]), u, B, C, dt)
        y = (y * silu(project(m / "z", h))).flatten(-2)
        x = x + (m["rmsnorm.gain"].flatten() * rms(y)) @ m["out.weight"].flatten(0, 1)
    return tied(p, x)


def delta_rule(p, h, document, decay):
    """S' = a S, S = S' + b k (v - k S')^T, o = q S; where a document begins S' is 0."""
    silu, unit = torch.nn.functional.silu, torch.nn.functional.normalize
    q = unit(silu(convolution(p / "q_conv", project(p / "q", h), document)), dim=-1)
    k = unit(silu(convolution(p / "k_conv", project(p / "k", h), document)), dim=-1)
    v = silu(convolution(p / "v_conv", project(p / "v", h), document))
    b = torch.sigmoid(h @ p["b.weight"])
    keep = torch.ones(h.shape[:2], dtype=h.dtype)
    if document is not None:
        keep[:, 1:] = (document[:, 1:] == document[:, :-1]).to(h.dtype)
        keep[:, 0] = 0

    def step(S, q, k, v, b, a, keep):
        S = (keep[:, None] * a)[..., None, None] * S
        S = S + (b[..., None] * k)[..., None] * (v - (k[..., None, :] @ S).squeeze(-2))[..., None, :]
        return S, (q[..., None, :] @ S).squeeze(-2) / q.shape[-1]**0.5

    o = over_time(step, h.new_zeros(*k[:, 0].shape, v.shape[-1]), q, k, v, b, decay, keep)
    return join(p / "out", p["norm.gain"] * rms(o) * silu(project(p / "gate", h)))


def gated_deltanet(p, tokens, c):
    x = p["embed"][tokens]
    for i in range(c["layers"]):
        g, m = p / "block" / i / "gated_delta", p / "block" / i / "swiglu"
        h = rmsnorm(g / "rmsnorm", x)
        decay = torch.exp(-torch.exp(g["rate"]) * torch.nn.functional.softplus(h @ g["a.weight"] + g["start"]))
        x = x + delta_rule(g, h, c["document"], decay)
        x = x + swiglu(m, rmsnorm(m / "rmsnorm", x))
    return tied(p, x)


def recurrences(p, tokens, c):
    # One after another: gated linear attention (arXiv:2312.06635, equation 3), DeltaNet (arXiv:2102.11174, equation
    # 23 to 25), RWKV-6's time mixing (arXiv:2404.05892, equation 19), minGRU (arXiv:2410.01201, section 3.1.2).
    x = p["embed"][tokens]
    heads = c["heads"]
    silu = torch.nn.functional.silu
    for i in range(c["layers"]):
        g = p / "block" / i / "gla"
        h = rmsnorm(g / "rmsnorm", x)
        q, k, v = (project(g / name, h) for name in "qkv")
        a = torch.sigmoid(project(g / "up", h @ g["low.weight"]))**(1 / 16)

        def gla(S, q, k, v, a):
            S = a[..., None] * S + k[..., None] * v[..., None, :]
            return S, (q[..., None, :] @ S).squeeze(-2)

        o = over_time(gla, x.new_zeros(*k[:, 0].shape, v.shape[-1]), q, k, v, a)
        x = x + join(g / "out", o)

        d = p / "block" / i / "delta_net"
        h = rmsnorm(d / "rmsnorm", x)
        x = x + delta_rule(d, h, None, torch.ones(*h.shape[:2], heads, dtype=x.dtype))

        r = p / "block" / i / "rwkv"
        h = rmsnorm(r / "rmsnorm", x)
        z = h + r["mix"] * (earlier(h) - h)
        q, k, v = (project(r / name, z) for name in ("r", "k", "v"))
        w = torch.exp(-torch.exp(project(r / "w", z)))

        def rwkv(S, q, k, v, w):
            kv = k[..., None] * v[..., None, :]
            return w[..., None] * S + kv, (q[..., None, :] @ (S + r["now"][..., None] * kv)).squeeze(-2)

        o = over_time(rwkv, x.new_zeros(*k[:, 0].shape, v.shape[-1]), q, k, v, w)
        x = x + join(r / "out", o * silu(project(r / "gate", z)))

        m = p / "block" / i / "min_gru"
        h = rmsnorm(m / "rmsnorm", x)
        z, candidate = torch.sigmoid(h @ m["z.weight"]), h @ m["c.weight"]

        def gru(state, z, candidate):
            state = (1 - z) * state + z * candidate
            return state, state

        x = x + over_time(gru, m["first"].expand(len(x), -1), z, candidate)
    return tied(p, x)
