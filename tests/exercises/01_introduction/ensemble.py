"""What students hand in for the question ensemble of chapter 1: see sources/answers.py."""


# %% ensemble | right | einsum with an ellipsis
def ensemble(X, layers):
    a = X
    for l, (W, b) in enumerate(layers, start=1):
        a = torch.einsum("...bi,moi->mbo" if a.ndim == 2 else "mbi,moi->mbo", a, W) + b[:, None, :]
        if l < len(layers):
            a = a.clamp(min=0)
    return a


# %% ensemble | right | baddbmm on an expanded batch
def ensemble(X, layers):
    M = layers[0][0].shape[0]
    a = X.expand(M, -1, -1) if X.dim() == 2 else X
    *hidden, last = layers
    for W, b in hidden:
        a = torch.relu(torch.baddbmm(b[:, None], a, W.mT))
    W, b = last
    return torch.baddbmm(b[:, None], a, W.mT)


# %% ensemble | right | vmap over the members, prints
def ensemble(X, layers):
    def one(X, *flat):
        for i in range(0, len(flat), 2):
            X = torch.nn.functional.linear(X, flat[i], flat[i + 1])
            if i + 2 < len(flat):
                X = torch.nn.functional.relu(X)
        return X

    flat = [part for layer in layers for part in layer]
    print("vmap over", len(flat[0]), "members")
    dims = (None if X.ndim == 2 else 0, *[0] * len(flat))
    return torch.func.vmap(one, in_dims=dims)(X, *flat)


# %% ensemble | right | columns instead of rows
def ensemble(X, layers):
    a = X.transpose(-1, -2)  # (n, B)
    for l, (W, b) in enumerate(layers):
        a = torch.matmul(W, a).add(b.unsqueeze(-1))
        a = a * (a > 0) if l + 1 < len(layers) else a
    return a.transpose(-1, -2)


# %% ensemble | wrong | the slow one as it is | there is a loop over the members
def ensemble(X, layers):
    return slow_ensemble(X, layers)


# %% ensemble | wrong | the loop over layers of the lecture pasted, once for each member | there is a loop over the members
def ensemble(X, layers):
    outputs = []
    for m in range(len(layers[0][0])):
        a = X if X.ndim == 2 else X[m]
        for l, (W, b) in enumerate(layers, 1):
            z = a @ W[m].T + b[m]
            a = torch.relu(z) if l < len(layers) else z
        outputs.append(a)
    return torch.stack(outputs)


# %% ensemble | wrong | a list of networks from helpers | there is a loop over the members
from helpers.layers import Linear, ReLU, Sequential


def ensemble(X, layers):
    outputs = []
    for m in range(len(layers[0][0])):
        parts = []
        for W, b in layers:
            layer = Linear(W.shape[2], W.shape[1], dtype=torch.float64)
            layer.load_state_dict({"weight": W[m], "bias": b[m]})
            parts += [layer, ReLU()]
        with torch.no_grad():
            outputs.append(Sequential(*parts[:-1])(X if X.ndim == 2 else X[m]))
    return torch.stack(outputs)


# %% ensemble | wrong | one example after the other | there is a loop over the examples
def ensemble(X, layers):
    rows = []
    for i in range(X.shape[-2]):
        a = X[..., i, :].unsqueeze(-1)  # (n, 1) or (M, n, 1)
        for l, (W, b) in enumerate(layers, 1):
            a = W @ a + b.unsqueeze(-1)
            a = torch.relu(a) if l < len(layers) else a
        rows.append(a.squeeze(-1))
    return torch.stack(rows, dim=1)


# %% ensemble | wrong | the bias without its axis | The biases went to the examples
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | no biases | The biases are missing
def ensemble(X, layers):
    for l, (W, _) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2)
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | no activation | The ReLU is missing between the layers
def ensemble(X, layers):
    for W, b in layers:
        X = X @ W.transpose(-1, -2) + b[:, None]
    return X


# %% ensemble | wrong | an activation at the end | The last layer has no activation
def ensemble(X, layers):
    for W, b in layers:
        X = torch.relu(X @ W.transpose(-1, -2) + b[:, None])
    return X


# %% ensemble | wrong | the mean of the members | return each of them
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X.mean(0) if l > 1 else X


# %% ensemble | wrong | examples first | members first, then examples
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X.transpose(0, 1) if l > 1 else X


# %% ensemble | wrong | W as it stands where it fits | W is turned round
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        W = W if W.shape[-2] == X.shape[-1] else W.transpose(-1, -2)
        X = X @ W + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | W.T as for a matrix | align them from the right
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.permute(2, 1, 0) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | einsum for one batch only | then each member has a batch of its own
def ensemble(X, layers):
    (W, b), *others = layers
    a = torch.einsum("bi,moi->mbo", X, W) + b[:, None]
    for W, b in others:
        a = torch.einsum("mbi,moi->mbo", torch.relu(a), W) + b[:, None]
    return a


# %% ensemble | wrong | the first batch for all | All members got the batch of the first
def ensemble(X, layers):
    X = X if X.ndim == 2 else X[0]
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X


# %% ensemble | wrong | ReLU in place, on X too | X has changed
def ensemble(X, layers):
    M = len(layers[0][0])
    a = X if X.ndim == 3 else X.repeat(M, 1, 1)
    for l, (W, b) in enumerate(layers, 1):
        new = a @ W.mT + b[:, None]
        a.zero_()  # free the memory
        a = new.relu_() if l < len(layers) else new
    return a


# %% ensemble | wrong | through NumPy | Stay with tensors
def ensemble(X, layers):
    a = X.numpy()
    for l, (W, b) in enumerate(layers, 1):
        a = a @ W.numpy().transpose(0, 2, 1) + b.numpy()[:, None]
        a = np.maximum(a, 0) if l < len(layers) else a
    return torch.from_numpy(a)


# %% ensemble | wrong | squeezes the result | Expected the output of one member for one example
def ensemble(X, layers):
    for l, (W, b) in enumerate(layers, 1):
        X = X @ W.transpose(-1, -2) + b[:, None]
        X = torch.relu(X) if l < len(layers) else X
    return X.squeeze() if X.numel() == 1 else X


# %% ensemble | wrong | takes the list of layers for one pair | `layers` is a list of pairs
def ensemble(X, layers):
    W, b = layers
    return torch.relu(X @ W.mT + b.unsqueeze(1))
