// RUN: braid-opt %s --split-input-file --verify-diagnostics --braid-verify-topology

module attributes {braid.model = "fine"} {
  braid.func @logits {
    %x = braid.input "x" : <token, [vocab: 16]>
    braid.output "logits", %x : <token, [vocab: 16]>
  }
}

// -----
// expected-error @below {{the module lacks its name, `braid.model`}}
module {
}

// -----
// expected-error @below {{there is no braid.func @logits}}
module attributes {braid.model = "m"} {
}

// -----
module attributes {braid.model = "m"} {
  // expected-error @below {{has no output `logits`}}
  braid.func @logits {
  }
}

// -----
module attributes {braid.model = "m"} {
  braid.func @logits {
    %x = braid.input "x" : <token, [vocab: 16, more: 2]>
    // expected-error @below {{logits vary per token and have exactly one axis}}
    braid.output "logits", %x : <token, [vocab: 16, more: 2]>
  }
}

// -----
module attributes {braid.model = "m"} {
  // expected-error @below {{is called `loss`, which is the name of an output}}
  braid.parameter @loss : !braid.value<static, []> init {
    %0 = braid.constant 0.0 : <static, []>
    braid.yield %0 : !braid.value<static, []>
  }
  braid.func @logits {
    %x = braid.input "x" : <token, [vocab: 16]>
    braid.output "logits", %x : <token, [vocab: 16]>
  }
}

// -----
module attributes {braid.model = "m"} {
  braid.func @logits {
    %x = braid.input "x" : <token, [vocab: 16]>
    // expected-error @below {{axis `vocab` has size 17 here and 16 elsewhere in @logits}}
    %y = braid.input "y" : <token, [vocab: 17]>
    braid.output "logits", %x : <token, [vocab: 16]>
  }
}

// -----
module attributes {braid.model = "m"} {
  braid.func @logits {
    %x = braid.input "x" : <token, [vocab: 16]>
    // expected-error @below {{holds a value per sequence}}
    %y = braid.input "y" : <sequence, []>
    braid.output "logits", %x : <token, [vocab: 16]>
  }
}
