"""What students hand in for the question residual_gradients of chapter 2: see sources/answers.py."""


# %% residual_gradients | right | one-hot labels, einsum
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = torch.einsum("bi,ji->bj", X, W1) + b1
    A = Z.clamp(min=0)
    scores = (X + A) @ W2.t() + b2
    scores = scores - scores.max(1, keepdim=True).values
    p = scores.exp() / scores.exp().sum(1, keepdim=True)
    onehot = torch.eye(len(b2), dtype=X.dtype)[y]
    g = (p - onehot) / X.shape[0]
    g_hidden = torch.einsum("bc,cd->bd", g, W2)
    g_z = torch.where(Z > 0, g_hidden, torch.zeros_like(Z))
    out = {"W2": torch.einsum("bc,bd->cd", g, X + A), "b2": g.sum(0)}
    out["W1"], out["b1"] = torch.einsum("bi,bj->ij", g_z, X), g_z.sum(0)
    out["X"] = g_hidden + torch.einsum("bi,ij->bj", g_z, W1)
    return out


# %% residual_gradients | right | example by example
def residual_gradients(X, y, W1, b1, W2, b2):
    total = {
        "W1": torch.zeros_like(W1),
        "b1": torch.zeros_like(b1),
        "W2": torch.zeros_like(W2),
        "b2": torch.zeros_like(b2),
    }
    rows = []
    for x, label in zip(X, y):
        z = W1 @ x + b1
        h = x + torch.relu(z)
        delta = torch.softmax(W2 @ h + b2, dim=0)
        delta[label] = delta[label] - 1
        delta = delta / len(X)
        dh = W2.T @ delta
        dz = dh * (z > 0)
        total["W2"] += torch.outer(delta, h)
        total["b2"] += delta
        total["W1"] += torch.outer(dz, x)
        total["b1"] += dz
        rows.append(dh + W1.T @ dz)
    return {"X": torch.stack(rows), **total}


# %% residual_gradients | right | columns, and the mean at the end; prints
def residual_gradients(X, y, W1, b1, W2, b2):
    x, B = X.T, X.shape[0]
    z = W1 @ x + b1[:, None]
    h = x + z * (z > 0)
    s = W2 @ h + b2[:, None]
    log_p = s - torch.logsumexp(s, dim=0)
    print("loss", -log_p[y, range(B)].mean().item())
    ds = log_p.exp() - torch.nn.functional.one_hot(y, len(b2)).T
    dh = W2.T @ ds
    dz = dh * (z > 0)
    sums = {"X": (dh + W1.T @ dz).T, "W1": dz @ X, "b1": dz.sum(1), "W2": ds @ h.T, "b2": ds.sum(1)}
    return {name: value / B for name, value in sums.items()}


# %% residual_gradients | wrong | the backward pass of the lecture pasted | Expected
def residual_gradients(X, y, W1, b1, W2, b2):
    W, b = [W1, W2], [b1[:, None], b2[:, None]]
    a = [X.T]
    for W_l, b_l in zip(W, b, strict=True):
        a.append(torch.tanh(W_l @ a[-1] + b_l))
    delta = (a[-1] - torch.nn.functional.one_hot(y, len(b2)).T) * (1 - a[-1] ** 2)
    dW, db = [], []
    for l in reversed(range(len(W))):
        dW.insert(0, delta @ a[l].T)
        db.insert(0, delta.sum(1))
        delta = (W[l].T @ delta) * (1 - a[l] ** 2)
    return {"X": delta.T, "W1": dW[0], "b1": db[0], "W2": dW[1], "b2": db[1]}


# %% residual_gradients | wrong | the tape imported from helpers | yours went through NumPy or plain numbers
from helpers.autodiff import Tensor


def residual_gradients(X, y, W1, b1, W2, b2):
    leaves = {
        "X": Tensor(X),
        "W1": Tensor(W1),
        "b1": Tensor(b1),
        "W2": Tensor(W2),
        "b2": Tensor(b2),
    }
    H = leaves["X"] + (leaves["X"] @ leaves["W1"].T + leaves["b1"]).relu()
    scores = H @ leaves["W2"].T + leaves["b2"]
    (-scores.log_softmax()[list(range(len(y))), y.tolist()].mean()).backward()
    return {name: torch.tensor(leaf.grad) for name, leaf in leaves.items()}


# %% residual_gradients | wrong | torch.autograd.grad | autograd is at work here
def residual_gradients(X, y, W1, b1, W2, b2):
    leaves = [t.clone().requires_grad_() for t in (X, W1, b1, W2, b2)]
    loss = residual_loss(leaves[0], y, *leaves[1:])
    return dict(zip(("X", "W1", "b1", "W2", "b2"), torch.autograd.grad(loss, leaves)))


# %% residual_gradients | wrong | torch.func.grad | autograd is at work here
def residual_gradients(X, y, W1, b1, W2, b2):
    names = ("X", "W1", "b1", "W2", "b2")
    return dict(
        zip(names, torch.func.grad(residual_loss, argnums=(0, 2, 3, 4, 5))(X, y, W1, b1, W2, b2))
    )


# %% residual_gradients | wrong | no 1/B | divide by B.
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | 1/B once more for the matrices | You divided by B twice: once is enough
def residual_gradients(X, y, W1, b1, W2, b2):
    B = len(X)
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / B
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {
        "X": dH + dZ @ W1,
        "W1": dZ.T @ X / B,
        "b1": dZ.sum(0),
        "W2": dS.T @ H / B,
        "b2": dS.sum(0),
    }


# %% residual_gradients | wrong | truth minus model | what the model says minus the truth
# as "no 1/B", but
# -    dS = torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))
# +    dS = (torch.nn.functional.one_hot(y, len(b2)) - torch.softmax(H @ W2.T + b2, dim=1)) / len(X)


# %% residual_gradients | wrong | W2 transposed | It is transposed
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}


# %% residual_gradients | wrong | W1 transposed, which fits | It is transposed
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return {"X": dH + dZ @ W1, "W1": X.T @ dZ, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | no ReLU on the way back | The ReLU is missing on the way back
def residual_gradients(X, y, W1, b1, W2, b2):
    H = X + torch.relu(X @ W1.T + b1)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    return {"X": dH + dH @ W1, "W1": dH.T @ X, "b1": dH.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | the mask from H | and you looked at H
def residual_gradients(X, y, W1, b1, W2, b2):
    H = X + torch.relu(X @ W1.T + b1)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (H > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | the mask from X | and you looked at X
# as "the mask from H", but
# -    dZ = dH * (H > 0)
# +    dZ = dH * (X > 0)


# %% residual_gradients | wrong | no skip path | The skip path is missing
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dZ = (dS @ W2) * (Z > 0)
    return {"X": dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | nothing but the skip path | The way through the layer is missing
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return {"X": dH, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | X for H in the second layer | you used X
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ X, "b2": dS.sum(0)}


# %% residual_gradients | wrong | H for X in the first layer | The input of the first layer is X
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return {"X": dH + dZ @ W1, "W1": dZ.T @ H, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | the layer alone as input of the second | you used ReLU(Z) alone
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + torch.relu(Z)
    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {
        "X": dH + dZ @ W1,
        "W1": dZ.T @ X,
        "b1": dZ.sum(0),
        "W2": dS.T @ torch.relu(Z),
        "b2": dS.sum(0),
    }


# %% residual_gradients | wrong | W1 transposed on the way back | W1 is turned round on the way back
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return {"X": dH + dZ @ W1.T, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | the skip path twice | You took the skip path twice
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return {"X": 2 * dH, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | as many classes as y shows | the last class need not occur in y
# as "no 1/B", but
# -    dS = torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))
# +    dS = (torch.softmax(H @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y)) / len(X)


# %% residual_gradients | wrong | biases summed over the columns | You summed over the wrong axis
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(1), "W2": dS.T @ H, "b2": dS.sum(1)}


# %% residual_gradients | wrong | biases by a mean | a bias adds up over the rows, without a mean
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.mean(0), "W2": dS.T @ H, "b2": dS.mean(0)}


# %% residual_gradients | wrong | adds to X itself | One of the inputs has changed
def residual_gradients(X, y, W1, b1, W2, b2):
    X0 = X.clone()
    Z = X @ W1.T + b1
    X += torch.relu(Z)
    dS = (torch.softmax(X @ W2.T + b2, dim=1) - torch.nn.functional.one_hot(y, len(b2))) / len(X)
    dH = dS @ W2
    dZ = dH * (Z > 0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X0, "b1": dZ.sum(0), "W2": dS.T @ X, "b2": dS.sum(0)}


# %% residual_gradients | wrong | returns a tuple | Expected a dictionary
# as "W2 transposed", but
# -    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": H.T @ dS, "b2": dS.sum(0)}
# +    return dH + dZ @ W1, dZ.T @ X, dZ.sum(0), dS.T @ H, dS.sum(0)


# %% residual_gradients | wrong | a slope of 1 at 0 | Where Z is exactly 0 the slope of ReLU is 0
def residual_gradients(X, y, W1, b1, W2, b2):
    Z = X @ W1.T + b1
    H = X + Z.clamp(min=0)
    dS = torch.softmax(H @ W2.T + b2, dim=1)
    dS[torch.arange(len(y)), y] -= 1
    dS = dS / len(y)
    dH = dS @ W2
    dZ = torch.where(Z >= 0, dH, 0.0)
    return {"X": dH + dZ @ W1, "W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dS.T @ H, "b2": dS.sum(0)}


# %% residual_gradients | wrong | divides the onehot alone | you divided the onehot alone
# as "a slope of 1 at 0", but
# -    dS[torch.arange(len(y)), y] -= 1
# -    dS = dS / len(y)
# +    dS[torch.arange(len(y)), y] -= 1 / len(y)
# ...
# -    dZ = torch.where(Z >= 0, dH, 0.0)
# +    dZ = torch.where(Z > 0, dH, 0.0)
