"""What students hand in for the question by_hand of chapter 1: see sources/answers.py."""


# %% by_hand | right | at least two without three; hinges along the diagonal
def exactly_two():
    return [[2, 2, 2], [-1, -1, -1]], [-3, 2.5], [1, 1], -1.5


def xor_of_signs():
    return [[0.5, -0.5], [-0.5, 0.5]], [0, 0], [1, 1], 0


# %% by_hand | right | tensors; a tent over the sum
def exactly_two():
    W = torch.ones(2, 3)
    return W, torch.tensor([-2.5, -1.5]), torch.tensor([-2.0, 1.0]), torch.tensor(-0.5)


def xor_of_signs():
    return torch.ones(2, 2), torch.tensor([2.0, 0.0]), torch.tensor([0.5, -1.0]), 0.0


# %% by_hand | right | not less than two and not three, prints; counts down from 1
def exactly_two():
    W = np.array([[-1, -1, -1], [1, 1, 1]])
    b, v, c = np.array([1.5, -2.5]), (-1, -1), 0.5
    print("lines at 1.5 and 2.5")
    return W, b, v, c


def xor_of_signs():
    return [[1, 1], [-1, -1]], [-1, -1], [-1, -1], 1


# %% by_hand | wrong | the lecture's majority and its XOR pasted | that is the majority
def majority():
    return [1, 1, 1], -2


def exactly_two():
    w, b = majority()
    return [w, w], [b + 0.5, b + 0.5], [1, 1], -1


def xor_of_signs():
    return [[1.0, 1], [-2, -2]], [-1.0, 3], [1.0, 1], -2


# %% by_hand | wrong | lines through the corners, as in the lecture; one case only | A line runs through a corner
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-2, -3], [1, -1], -1


def xor_of_signs():
    return [[1, -1], [0, 0]], [0, 0], [0.5, 0], 0


# %% by_hand | wrong | layers from helpers, untrained | Return four things
from helpers.layers import Linear, ReLU, Sequential


def exactly_two():
    return Sequential(Linear(3, 2), ReLU(), Linear(2, 1))


def xor_of_signs():
    return Sequential(Linear(2, 2), ReLU(), Linear(2, 1))


# %% by_hand | wrong | exactly one; forgets the half | Right but for the scale
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-0.5, -1.5], [1, -1], -0.5


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [1, 1], 0


# %% by_hand | wrong | not all equal; equal instead of different | It is turned round: it should be 1
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-0.5, -2.5], [1, -1], -0.5


def xor_of_signs():
    return [[1, 1], [-1, -1]], [0, 0], [0.5, 0.5], 0


# %% by_hand | wrong | at most two; weights for inputs 0 and 1 | not 0 and 1
def exactly_two():
    return [[-1, -1, -1], [0, 0, 0]], [2.5, 1], [1, 0], -0.5


def xor_of_signs():
    return [[1, 1], [1, 1]], [0, -1], [1, -2], 0


# %% by_hand | wrong | not exactly two; signs of v differ | both must count upwards
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.5, -2.5], [-1, 1], 0.5


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [0.5, -0.5], 0


# %% by_hand | wrong | always 0; the other case only | It says 0 whatever comes
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.5, -2.5], [1, -1], -1.5


def xor_of_signs():
    return [[-1, 1], [1, 1]], [0, 0], [0.5, 0], 0


# %% by_hand | wrong | two of three with a line too many; signs instead of 0 and 1 | not −1
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.5, -2.5], [1, -1], 0


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [1, 1], -1


# %% by_hand | wrong | always 1; weights of the output as a matrix | It says 1 whatever comes
# as "two of three with a line too many; signs instead of 0 and 1", but
# -    return [[1, -1], [-1, 1]], [0, 0], [1, 1], -1
# +    return [[1, -1], [-1, 1]], [0, 0], [[0.5, 0.5]], 0


# %% by_hand | part 1/2 | a line close to the corners | move it to the middle
def exactly_two():
    return [[1, 1, 1], [1, 1, 1]], [-1.9, -2.9], [1, -1], -0.5


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [0.5, 0.5], 0


# %% by_hand | wrong | one row of weights; the bias of the output in a list | the shapes that came are [(3,), (2,), (2,), ()]
def exactly_two():
    return [1, 1, 1], [-1.5, -2.5], [1, -1], -0.5


def xor_of_signs():
    return [[1, -1], [-1, 1]], [0, 0], [0.5, 0.5], [0]
