"""What students hand in for the question softmax_vjp of chapter 2: see sources/answers.py."""

# %% softmax_vjp | right | row by row; warns, prints and plots
import warnings


def softmax_vjp(p, v, temperature):
    warnings.warn("a loop over the rows is slow", stacklevel=1)
    rows = []
    for q, w in zip(p, v):
        rows.append((q * w - q * torch.dot(q, w)) / temperature)
    plt.plot(rows[0])
    plt.show()
    print("mean of the first row", rows[0].mean().item())
    return torch.stack(rows)


# %% softmax_vjp | right | einsum
def softmax_vjp(p, v, temperature):
    expected = torch.einsum("bc,bc->b", p, v)
    return (p * v - expected[:, None] * p) / temperature


# %% softmax_vjp | right | batched matrix products
def softmax_vjp(p, v, temperature):
    scale = 1.0 / temperature
    inner = torch.bmm(p.unsqueeze(1), v.unsqueeze(2)).reshape(-1, 1)
    return scale * p * v.sub(inner)


# %% softmax_vjp | wrong | the Jacobian of the lecture pasted, row by row | Never build the Jacobian
def softmax_vjp(p, v, temperature):
    return (
        torch.stack([w @ (torch.diag(q) - torch.outer(q, q)) for q, w in zip(p, v)]) / temperature
    )


# %% softmax_vjp | wrong | the Jacobians of the whole batch | Never build the Jacobian
def softmax_vjp(p, v, temperature):
    jacobian = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    return torch.einsum("bc,bcd->bd", v, jacobian) / temperature


# %% softmax_vjp | wrong | autograd on recovered scores | autograd is at work here
def softmax_vjp(p, v, temperature):
    z = (temperature * p.log()).requires_grad_()
    e = (z / temperature).exp()
    (e / e.sum(dim=1, keepdim=True)).backward(v)
    return z.grad


# %% softmax_vjp | wrong | the tape imported from helpers | yours went through NumPy or plain numbers
from helpers.autodiff import Tensor


def softmax_vjp(p, v, temperature):
    z = Tensor(temperature * p.clamp(min=1e-300).log().numpy())
    ((z / temperature).log_softmax().exp() * v.numpy()).sum().backward()
    return torch.tensor(z.grad)


# %% softmax_vjp | wrong | softmax by torch | Write it yourself: `softmax`
def softmax_vjp(p, v, temperature):
    p = torch.softmax(p.log(), dim=1)
    return p * (v - (p * v).sum(1, keepdim=True)) / temperature


# %% softmax_vjp | wrong | through the logarithm | its logarithm is no number
def softmax_vjp(p, v, temperature):
    z = temperature * p.log()
    q = (z / temperature).exp()
    dz = q * (v - (q * v).sum(1, keepdim=True)) / temperature
    return dz * (z / z)


# %% softmax_vjp | wrong | no temperature | The temperature is missing
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(1, keepdim=True))


# %% softmax_vjp | wrong | times the temperature | the derivative of z / T is 1 / T
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(1, keepdim=True)) * temperature


# %% softmax_vjp | wrong | the temperature twice | divided by the temperature twice
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(1, keepdim=True)) / temperature**2


# %% softmax_vjp | wrong | coordinate by coordinate | That is the Jacobian's diagonal
def softmax_vjp(p, v, temperature):
    return p * (1 - p) * v / temperature


# %% softmax_vjp | wrong | only diag(p) | subtract what p pᵀ makes of v
def softmax_vjp(p, v, temperature):
    return p * v / temperature


# %% softmax_vjp | wrong | sum over the batch | You summed over the batch
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(0, keepdim=True)) / temperature


# %% softmax_vjp | wrong | sum over everything | You summed over everything
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum()) / temperature


# %% softmax_vjp | wrong | no p in front | The factor p in front is missing
def softmax_vjp(p, v, temperature):
    return (v - (p * v).sum(1, keepdim=True)) / temperature


# %% softmax_vjp | wrong | sign | The sign is turned round
def softmax_vjp(p, v, temperature):
    return p * ((p * v).sum(1, keepdim=True) - v) / temperature


# %% softmax_vjp | wrong | the sum without its axis | keepdim=True
def softmax_vjp(p, v, temperature):
    return p * (v - (p * v).sum(dim=1)) / temperature


# %% softmax_vjp | wrong | in place | p or v has changed
def softmax_vjp(p, v, temperature):
    v -= (p * v).sum(1, keepdim=True)
    v *= p
    return v / temperature
