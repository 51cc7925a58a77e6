"""What students hand in for the question save_and_load of chapter 3: see sources/answers.py."""

# %% save_and_load | right | one dictionary, names from a list
NAMES = ["model", "optimizer", "scheduler"]


def save(training, path):
    saved = {name: getattr(training, name).state_dict() for name in NAMES}
    saved["rest"] = list(training.to_come)
    saved["losses"] = list(training.losses)
    saved["generators"] = [training.shuffler.get_state(), torch.random.get_rng_state()]
    torch.save(saved, path)


def load(training, path):
    saved = torch.load(path, weights_only=True)
    for name in NAMES:
        getattr(training, name).load_state_dict(saved[name])
    training.to_come, training.losses = saved["rest"], saved["losses"]
    ours, theirs = saved["generators"]
    training.shuffler.set_state(ours)
    torch.random.set_rng_state(theirs)


# %% save_and_load | right | a tuple as a list of tensors, changes the lists in place
def save(training, path):
    t = training
    with open(path, "wb") as file:
        torch.save(
            [
                t.model.state_dict(),
                t.optimizer.state_dict(),
                t.scheduler.state_dict(),
                torch.tensor(t.to_come, dtype=torch.int64),
                t.losses,
                t.shuffler.get_state(),
                torch.get_rng_state(),
            ],
            file,
        )


def load(training, path):
    model, optimizer, scheduler, to_come, losses, order, chance = torch.load(path)
    training.model.load_state_dict(model)
    training.optimizer.load_state_dict(optimizer)
    training.scheduler.load_state_dict(scheduler)
    training.to_come[:] = to_come.tolist()
    training.losses[:] = losses
    training.shuffler.set_state(order)
    torch.set_rng_state(chance)


# %% save_and_load | right | everything with a state, found by looking
def save(training, path):
    state = {}
    for name, value in vars(training).items():
        if hasattr(value, "state_dict"):
            state[name] = value.state_dict()
        elif hasattr(value, "get_state"):
            state[name] = value.get_state()
        elif isinstance(value, list):
            state[name] = value
    torch.save({"attributes": state, "chance": torch.default_generator.get_state()}, path)
    print("saved", *state)


def load(training, path):
    saved = torch.load(path, map_location="cpu", weights_only=True)
    for name, value in saved["attributes"].items():
        part = getattr(training, name)
        if hasattr(part, "load_state_dict"):
            part.load_state_dict(value)
        elif hasattr(part, "set_state"):
            part.set_state(value)
        else:
            setattr(training, name, value)
    torch.default_generator.set_state(saved["chance"])


# %% save_and_load | wrong | the lecture's weights alone | the number of losses after loading
def save(training, path):
    torch.save(training.model.state_dict(), path)


def load(training, path):
    training.model.load_state_dict(torch.load(path, weights_only=True))


# %% save_and_load | wrong | the checkpoint of helpers, as fit writes it | The next two steps use other examples
from helpers import checkpoints

CPU = torch.device("cpu")


def parts(training):
    return {name: getattr(training, name) for name in ("model", "optimizer", "scheduler")}


def save(training, path):
    checkpoints.save(path, parts(training), training, CPU, {"losses": training.losses})


def load(training, path):
    training.losses = checkpoints.load(path, parts(training), training, CPU)["losses"]


# %% save_and_load | wrong | the whole training | Keep only tensors, numbers
def save(training, path):
    torch.save(training, path)


def load(training, path):
    saved = torch.load(path, weights_only=False)
    training.__dict__.update(saved.__dict__)


# %% save_and_load | wrong | load makes a new training | `load` has to change the training that it is given
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    training = Training(0)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])
    return training


# %% save_and_load | wrong | the parameters without the buffers | Batch normalization has a memory that is no parameter
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses, "weights": list(t.model.parameters())}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    with torch.no_grad():
        for p, saved in zip(training.model.parameters(), state["weights"]):
            p.copy_(saved)
    for name in ("optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | no losses | the number of losses after loading
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come = state["to_come"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | a new epoch after the break | The next two steps use other examples
# as "no losses", but
# -    state |= {"to_come": t.to_come}
# +    state |= {"losses": t.losses}
# ...
# -    training.to_come = state["to_come"]
# +    training.to_come, training.losses = [], state["losses"]


# %% save_and_load | wrong | the shuffler is forgotten | the next epoch has another order
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | the schedule is forgotten | What decides how the rate goes on?
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | torch's random numbers are forgotten | which line of `step` can give two results?
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses, "order": t.shuffler.get_state()}
    torch.save(state, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])


# %% save_and_load | wrong | a seed instead of the state | which line of `step` can give two results?
# as "torch's random numbers are forgotten", but
# -    torch.save(state, path)
# +    torch.save(state | {"seed": torch.initial_seed()}, path)
# ...
#      training.shuffler.set_state(state["order"])
# +    torch.manual_seed(state["seed"])


# %% save_and_load | wrong | the optimizer is forgotten | Where does a step find its rate?
# as "the schedule is forgotten", but
# -    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer")}
# +    state = {name: getattr(t, name).state_dict() for name in ("model", "scheduler")}
# ...
# -    for name in ("model", "optimizer"):
# +    for name in ("model", "scheduler"):


# %% save_and_load | wrong | of the optimizer only the rate | what does it use besides the gradient?
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    state |= {"lr": t.optimizer.param_groups[0]["lr"]}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.optimizer.param_groups[0]["lr"] = state["lr"]
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | saves the state of another optimizer | does not fit what is loaded
# as "the schedule is forgotten", but
# -    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer")}
# +    state = {name: getattr(t, name).state_dict() for name in ("model", "scheduler")}
# +    state |= {"optimizer": torch.optim.SGD(t.model[0].parameters(), lr=0.02).state_dict()}
# ...
# -    for name in ("model", "optimizer"):
# +    for name in ("model", "optimizer", "scheduler"):


# %% save_and_load | wrong | saves nothing | `save` wrote no file at `path`
def save(training, path):
    pass


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | another key | does not fit what is loaded
# as "the shuffler is forgotten", but
# -    torch.save(state | {"torch": torch.get_rng_state()}, path)
# +    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)
# ...
#      training.to_come, training.losses = state["to_come"], state["losses"]
# +    training.shuffler.set_state(state["shuffler"])


# %% save_and_load | wrong | the model's state for the optimizer's | does not fit what is loaded
# as "load makes a new training", but
# -    training = Training(0)
# ...
# -        getattr(training, name).load_state_dict(state[name])
# +        getattr(training, name).load_state_dict(state["optimizer"])
# ...
# -    return training


# %% save_and_load | wrong | a generator as it is | Keep only tensors, numbers
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler, "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path, weights_only=False)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler = state["order"]
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | the weights are forgotten | After loading, the weights differ
# as "the schedule is forgotten", but
# -    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer")}
# +    state = {name: getattr(t, name).state_dict() for name in ("optimizer", "scheduler")}
# ...
# -    for name in ("model", "optimizer"):
# +    for name in ("optimizer", "scheduler"):


# %% save_and_load | wrong | saving draws random numbers | Saving has changed the training
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)
    load(Training(0), path)  # a test whether the file is complete
    torch.manual_seed(0)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])
