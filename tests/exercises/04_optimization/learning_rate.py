"""What students hand in for the question learning_rate of chapter 4: see sources/answers.py."""


# %% learning_rate | right | cases in another order
def learning_rate(t, total, warmup, peak, floor):
    if t >= total:
        return floor
    if t < warmup:
        return (t + 1) * peak / warmup
    if t == warmup:
        return peak
    angle = math.pi * (t - warmup) / (total - warmup - 1)
    return (peak + floor) / 2 + (peak - floor) / 2 * math.cos(angle)


# %% learning_rate | right | squared cosine of half the angle
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * ((t + 1) / warmup)
    left = total - 1 - t
    if left < 0:
        return floor
    share = left / (total - 1 - warmup) if total - 1 > warmup else 1.0
    return floor + (peak - floor) * math.sin(math.pi * share / 2) ** 2


# %% learning_rate | right | a whole table, with torch
def learning_rate(t, total, warmup, peak, floor):
    up = [peak * (i + 1) / warmup for i in range(warmup)]
    n = total - warmup
    wave = torch.cos(torch.linspace(0, math.pi, n, dtype=torch.float64)) if n else torch.zeros(0)
    down = [floor + (peak - floor) * (1 + w) / 2 for w in wave.tolist()]
    table = up + down
    return table[t] if t < total else floor


# %% learning_rate | wrong | the broken one as it was | so it learns nothing
def learning_rate(t, total, warmup, peak, floor):
    return broken_rate(t, total, warmup, peak, floor)


# %% learning_rate | wrong | the lecture's warm-up and cosine pasted | the wave goes between peak and floor
def warmup_cosine(t, total=300, warmup=30):
    if t < warmup:
        return (t + 1) / warmup
    return (1 + math.cos(math.pi * (t - warmup) / (total - warmup))) / 2


def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * warmup_cosine(t, total, warmup)
    return floor + peak * warmup_cosine(t, total, warmup)


# %% learning_rate | wrong | a torch schedule on an optimizer of helpers | so it learns nothing
from helpers.optimizers import SGD


def learning_rate(t, total, warmup, peak, floor):
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    factor = lambda k: k / warmup if k < warmup else 1.0
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    for _ in range(t):
        optimizer.step()
        schedule.step()
    return schedule.get_last_lr()[0]


# %% learning_rate | wrong | warm-up from the floor | begins at the floor
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return floor + (peak - floor) * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | peak a step late | divide by w.
# as "warm-up from the floor", but
# -        return floor + (peak - floor) * (t + 1) / warmup
# +        return peak * (t + 1) / (warmup + 1)


# %% learning_rate | wrong | mended the start only | two mistakes
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    return floor + peak * (1 + math.cos(math.pi * t / total)) / 2


# %% learning_rate | wrong | a wave from t = 0 | The wave has begun already
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    return floor + (peak - floor) * (1 + math.cos(math.pi * t / total)) / 2


# %% learning_rate | wrong | the wave begins at w - 1 | a step too early
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup + 1) / (total - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | arrives at T | The wave never arrives
# as "the wave begins at w - 1", but
# -    progress = (t - warmup + 1) / (total - warmup)
# +    progress = (t - warmup) / (total - warmup)


# %% learning_rate | wrong | no floor | let it run between peak and floor
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total:
        return floor
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return peak * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | a straight line | into a cosine
# as "a wave from t = 0", but
# -    return floor + (peak - floor) * (1 + math.cos(math.pi * t / total)) / 2
# +    return peak - (peak - floor) * (t - warmup) / max(total - 1 - warmup, 1)


# %% learning_rate | wrong | cut off at the floor | cut off at the floor
# as "no floor", but
# -    return peak * (1 + math.cos(math.pi * progress)) / 2
# +    return max(floor, peak * (1 + math.cos(math.pi * progress)) / 2)


# %% learning_rate | wrong | no end | return the floor
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | nothing comes back after the end | needs a `return`
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t < total:
        progress = (t - warmup) / max(total - 1 - warmup, 1)
        return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | divides by zero after w = T - 1 | nothing to divide by
# as "the wave begins at w - 1", but
# -    progress = (t - warmup + 1) / (total - warmup)
# +    progress = (t - warmup) / (total - 1 - warmup)


# %% learning_rate | wrong | the single step gets the floor | the list gives it the peak
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return peak * (t + 1) / warmup
    if t >= total - 1:
        return floor
    progress = (t - warmup) / (total - 1 - warmup)
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


# %% learning_rate | wrong | the step after the warm-up has the peak, even after the end | also when w = T
# as "the single step gets the floor", but
# -    if t >= total - 1:
# +    if t == warmup:
# +        return peak
# +    if t >= total:


# %% learning_rate | wrong | the example's peak and floor | hidden
def learning_rate(t, total, warmup, peak, floor):
    if t < warmup:
        return 0.8 * (t + 1) / warmup
    if t >= total:
        return 0.2
    progress = (t - warmup) / max(total - 1 - warmup, 1)
    return 0.5 + 0.3 * math.cos(math.pi * progress)
