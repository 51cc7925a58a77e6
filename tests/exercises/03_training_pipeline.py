"""What students hand in for chapter 3. A cell's title: question | verdict | label | part of the message that the student must see."""

# ruff: noqa: B007, B905, F841  (students write so)


# %% scenes | right | a class above the function, NumPy for everything, prints
class Scenes(Dataset):
    def __init__(self, load, n, mirror):
        super().__init__()
        self.load, self.n, self.mirror = load, n, mirror
        print("made")

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        if index >= len(self):
            raise IndexError
        picture, mask = self.load(index)
        picture = (picture.astype(np.float32) / 255).transpose(2, 0, 1)
        if self.mirror and np.random.rand() > 0.5:
            picture, mask = picture[:, :, ::-1], mask[:, ::-1]
        return torch.from_numpy(picture.copy()), torch.from_numpy(mask.astype(np.int64))


def scenes(load, n, mirror):
    return Scenes(load, n, mirror)


# %% scenes | right | torchvision's transforms
def scenes(load, n, mirror):
    from torchvision import tv_tensors
    from torchvision.transforms import v2

    convert = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
    flip = v2.RandomHorizontalFlip(0.5 if mirror else 0.0)

    class Pairs(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i not in range(n):
                raise IndexError(i)
            picture, mask = load(i)
            mask = tv_tensors.Mask(torch.tensor(mask, dtype=torch.int64))
            picture, mask = flip(convert(picture), mask)
            return picture.as_subclass(torch.Tensor), mask.as_subclass(torch.Tensor)

    return Pairs()


# %% scenes | right | a list of the indices, Python's coin, one tensor for both
import random


def scenes(load, n, mirror):
    class Pairs(Dataset):
        indices = list(range(n))

        def __len__(self):
            return len(self.indices)

        def __getitem__(self, i):
            picture, mask = load(self.indices[i])
            both = torch.cat([torch.tensor(picture), torch.tensor(mask)[:, :, None]], dim=2)
            if mirror and random.choice([True, False]):
                both = torch.fliplr(both)
            return both[:, :, :3].movedim(-1, 0).float().div(255), both[:, :, 3].to(torch.int64)

    return Pairs()


# %% scenes | wrong | the lecture's Pictures pasted, with a transform | Nobody has asked for a scene yet
class Pictures(Dataset):
    """Pictures and their labels; `transform` is applied to a picture when it is asked for."""

    def __init__(self, pictures, labels, transform=torch.tensor):
        self.pictures, self.labels, self.transform = pictures, labels, transform

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, i):
        return self.transform(self.pictures[i]), self.labels[i]


def scenes(load, n, mirror):
    def transform(picture):
        picture = torch.tensor(picture).permute(2, 0, 1) / 255
        return picture.flip(2) if mirror and torch.rand(()) < 0.5 else picture

    pictures, masks = zip(*[load(i) for i in range(n)])
    return Pictures(pictures, [torch.tensor(m).long() for m in masks], transform)


# %% scenes | wrong | Batches of helpers | Expected a Dataset, but got Batches
from helpers.data import Batches


def scenes(load, n, mirror):
    pictures, masks = zip(*[load(i) for i in range(n)])
    X = torch.tensor(np.stack(pictures)).permute(0, 3, 1, 2) / 255
    flip = (lambda x: x.flip(3)) if mirror else None
    return Batches(X, torch.tensor(np.stack(masks)).long(), batch_size=1, transform=flip)


# %% scenes | wrong | only the picture is mirrored | One coin decides for both
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture = torch.tensor(picture).permute(2, 0, 1) / 255
            if mirror and torch.rand(()) < 0.5:
                picture = picture.flip(2)
            return picture, torch.tensor(mask).long()

    return Scenes()


# %% scenes | wrong | two coins | One coin decides for both
def scenes(load, n, mirror):
    def maybe(tensor):
        return tensor.flip(-1) if mirror and torch.rand(()) < 0.5 else tensor

    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture = torch.tensor(picture).permute(2, 0, 1) / 255
            return maybe(picture), maybe(torch.tensor(mask).long())

    return Scenes()


# %% scenes | wrong | the coin thrown once | All were mirrored
def scenes(load, n, mirror):
    class Scenes(Dataset):
        turn = mirror and torch.rand(()) < 0.5

        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture = torch.tensor(picture).permute(2, 0, 1) / 255
            mask = torch.tensor(mask).long()
            return (picture.flip(2), mask.flip(1)) if self.turn else (picture, mask)

    return Scenes()


# %% scenes | wrong | always mirrored | throw a coin at each access
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture = torch.tensor(picture).permute(2, 0, 1) / 255
            mask = torch.tensor(mask).long()
            return (picture.flip(2), mask.flip(1)) if mirror else (picture, mask)

    return Scenes()


# %% scenes | wrong | never mirrored | Nothing was mirrored
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            return torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()

    return Scenes()


# %% scenes | wrong | upside down | That is upside down
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
            if mirror and torch.rand(()) < 0.5:
                return picture.flip(1), mask.flip(0)
            return picture, mask

    return Scenes()


# %% scenes | wrong | reads backwards with NumPy | PyTorch does not take an array that NumPy reads backwards
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            if mirror and np.random.rand() < 0.5:
                picture, mask = picture[:, ::-1], mask[:, ::-1]
            return torch.from_numpy(picture).permute(2, 0, 1) / 255, torch.from_numpy(mask).long()

    return Scenes()


# %% scenes | wrong | a reshape instead of a permutation | A reshape only cuts the numbers anew
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            H, W, _ = picture.shape
            return torch.tensor(picture).reshape(3, H, W) / 255, torch.tensor(mask).long()

    return Scenes()


# %% scenes | wrong | bytes as they are | A byte goes up to 255
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            return torch.tensor(picture).permute(2, 0, 1).float(), torch.tensor(mask).long()

    return Scenes()


# %% scenes | wrong | the mask scaled, too | leave its numbers alone
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = (torch.tensor(array) / 255 for array in load(i))
            return picture.permute(2, 0, 1), mask

    return Scenes()


# %% scenes | wrong | the mask in bytes | the kinds of numbers in picture and mask
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = (torch.tensor(array) for array in load(i))
            return picture.permute(2, 0, 1) / 255, mask

    return Scenes()


# %% scenes | wrong | loads twice | Load each only once
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = torch.tensor(load(i)[0]), torch.tensor(load(i)[1])
            return picture.permute(2, 0, 1) / 255, mask.long()

    return Scenes()


# %% scenes | wrong | no end | raises an IndexError
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            picture, mask = load(i)
            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
            if mirror and torch.rand(()) < 0.5:
                return picture.flip(2), mask.flip(1)
            return picture, mask

    return Scenes()


# %% scenes | wrong | mirrors whatever `mirror` says | With mirror=False nothing is ever mirrored
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
            if torch.rand(1).item() > 0.5:
                return picture.flip(2), mask.flip(1)
            return picture, mask

    return Scenes()


# %% scenes | wrong | mirrors whatever `mirror` says, by the other coin | With mirror=False nothing is ever mirrored
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
            if torch.rand(()) < 0.5:
                return picture.flip(2), mask.flip(1)
            return picture, mask

    return Scenes()


# %% scenes | wrong | mirrors whatever `mirror` says, by Python's coin | With mirror=False nothing is ever mirrored
import random


def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
            if random.random() < 0.5:
                return picture.flip(2), mask.flip(1)
            return picture, mask

    return Scenes()


# %% scenes | wrong | the class instead of an object | return an object of it
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
            if mirror and torch.rand(()) < 0.5:
                return picture.flip(2), mask.flip(1)
            return picture, mask

    return Scenes


# %% scenes | wrong | nothing comes back | `__getitem__` returned NoneType
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
            if mirror and torch.rand(()) < 0.5:
                picture, mask = picture.flip(2), mask.flip(1)

    return Scenes()


# %% scenes | wrong | returns a pair only if it is not mirrored | `__getitem__` returned NoneType
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
            if mirror and torch.rand(()) < 0.5:
                picture, mask = picture.flip(2), mask.flip(1)
            else:
                return picture, mask

    return Scenes()


# %% scenes | wrong | forgets to move the axis | with shape (3, 2, 3)
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = torch.tensor(picture) / 255, torch.tensor(mask).long()
            if mirror and torch.rand(()) < 0.5:
                return picture.flip(1), mask.flip(1)
            return picture, mask

    return Scenes()


# %% scenes | wrong | NumPy arrays | the kinds of numbers in picture and mask
def scenes(load, n, mirror):
    class Scenes(Dataset):
        def __len__(self):
            return n

        def __getitem__(self, i):
            if i >= n:
                raise IndexError(i)
            picture, mask = load(i)
            picture, mask = picture.transpose(2, 0, 1).astype(np.float32) / 255, mask.astype(int)
            if mirror and np.random.rand() < 0.5:
                return picture[:, :, ::-1].copy(), mask[:, ::-1].copy()
            return picture, mask

    return Scenes()


# %% collate | right | pad_sequence, and the mask from the lengths
from torch.nn.utils.rnn import pad_sequence


def collate(sentences):
    words, tags = zip(*sentences)
    lengths = torch.tensor([len(w) for w in words])
    W = pad_sequence(words, batch_first=True)
    T = pad_sequence(tags, batch_first=True, padding_value=-100)
    return W, T, lengths, torch.arange(W.shape[1])[None] < lengths.unsqueeze(1)


# %% collate | right | concatenates each row
def collate(sentences):
    longest = max(len(w) for w, _ in sentences)
    W, A, M = [], [], []
    for w, t in sentences:
        rest = longest - len(w)
        W.append(torch.cat([w, torch.zeros(rest, dtype=torch.long)]))
        A.append(torch.cat([t, torch.full((rest,), -100)]))
        M.append(torch.cat([torch.ones(len(w)), torch.zeros(rest)]).bool())
    return (
        torch.stack(W),
        torch.stack(A),
        torch.tensor([len(w) for w, _ in sentences]),
        torch.stack(M),
    )


# %% collate | right | lists, and F.pad for the tags; the mask from the tags
def collate(sentences):
    T = max(map(len, (words for words, _ in sentences)))
    words = [w.tolist() + [0] * (T - len(w)) for w, _ in sentences]
    tags = torch.stack([F.pad(t, (0, T - len(t)), value=-100) for _, t in sentences])
    words = torch.tensor(words, dtype=torch.int64).reshape(len(sentences), T)
    mask = tags != -100
    return [words, tags, mask.sum(dim=1), mask]


# %% collate | wrong | the lecture's cut_and_stack pasted, for one axis | you cut to the shortest
def cut_and_stack(examples):
    length = min(len(x) for x, _ in examples)
    return torch.stack([x[:length] for x, _ in examples]), [y for _, y in examples]


def collate(sentences):
    words, tags = cut_and_stack(sentences)
    lengths = torch.tensor([len(tag) for tag in tags])
    return words, torch.stack([t[: words.shape[1]] for t in tags]), lengths, words != 0


# %% collate | wrong | Batches of helpers | tensors of different length make no batch
from helpers.data import Batches


def collate(sentences):
    words, tags = zip(*sentences)
    return next(iter(Batches(*words))), next(iter(Batches(*tags)))


# %% collate | wrong | stacks what differs | tensors of different length make no batch
def collate(sentences):
    words = torch.stack([w for w, _ in sentences])
    tags = torch.stack([t for _, t in sentences])
    lengths = torch.tensor([len(w) for w, _ in sentences])
    return words, tags, lengths, words > 0


# %% collate | wrong | the mask from the words | Word 0 is a word: the mask follows from the lengths
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], True, -100)
    return words, tags, torch.tensor([len(w) for w, _ in sentences]), words != 0


# %% collate | wrong | the lengths from the words | You counted the words that are not 0
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], True, -100)
    mask = words != 0
    return words, tags, mask.sum(dim=1), mask


# %% collate | wrong | tags filled up with 0 | Tag 0 is a tag
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], batch_first=True)
    lengths = torch.tensor([len(w) for w, _ in sentences])
    return words, tags, lengths, torch.arange(words.shape[1]) < lengths[:, None]


# %% collate | wrong | zeros among the tags replaced | tag 0 may occur in a sentence
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], batch_first=True)
    tags[tags == 0] = -100
    lengths = torch.tensor([len(w) for w, _ in sentences])
    return words, tags, lengths, torch.arange(words.shape[1]) < lengths[:, None]


# %% collate | wrong | tags replaced where the word is 0 | word 0 and tag 0 may occur
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], batch_first=True)
    tags[words == 0] = -100
    lengths = torch.tensor([len(w) for w, _ in sentences])
    return words, tags, lengths, torch.arange(words.shape[1]) < lengths[:, None]


# %% collate | wrong | words filled up with -100 | Words are filled up with 0
def collate(sentences):
    words, tags = (nn.utils.rnn.pad_sequence(p, True, -100) for p in zip(*sentences))
    lengths = torch.tensor([len(w) for w, _ in sentences])
    return words, tags, lengths, words != -100


# %% collate | wrong | filled up at the left | A sentence stands at the left
def collate(sentences):
    T = max(len(w) for w, _ in sentences)
    words = torch.stack([F.pad(w, (T - len(w), 0)) for w, _ in sentences])
    tags = torch.stack([F.pad(t, (T - len(t), 0), value=-100) for _, t in sentences])
    return words, tags, torch.tensor([len(w) for w, _ in sentences]), tags != -100


# %% collate | wrong | sorted by length | The order of the sentences stays
def collate(sentences):
    sentences = sorted(sentences, key=lambda pair: len(pair[0]), reverse=True)
    words, tags = (list(p) for p in zip(*sentences))
    lengths = torch.tensor([len(w) for w in words])
    words = nn.utils.rnn.pad_sequence(words, batch_first=True)
    tags = nn.utils.rnn.pad_sequence(tags, True, -100)
    return words, tags, lengths, tags != -100


# %% collate | wrong | time first | It is turned round
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences])
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], padding_value=-100)
    return words, tags, torch.tensor([len(w) for w, _ in sentences]), tags != -100


# %% collate | wrong | leaves empty sentences out | The empty sentence is missing
def collate(sentences):
    sentences = [(w, t) for w, t in sentences if len(w)]
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], True, -100)
    return words, tags, torch.tensor([len(w) for w, _ in sentences]), tags != -100


# %% collate | wrong | the mask the wrong way round | the wrong way round
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], True, -100)
    return words, tags, torch.tensor([len(w) for w, _ in sentences]), tags == -100


# %% collate | wrong | one place too many | yours goes one too far
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], True, -100)
    lengths = torch.tensor([len(w) for w, _ in sentences])
    return words, tags, lengths, torch.arange(words.shape[1]) <= lengths[:, None]


# %% collate | wrong | a mask of numbers | the kinds of numbers
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], True, -100)
    return words, tags, torch.tensor([len(w) for w, _ in sentences]), (tags != -100).float()


# %% collate | wrong | always three words | not that of another one
def collate(sentences):
    words, tags = torch.zeros(len(sentences), 3).long(), torch.full((len(sentences), 3), -100)
    for i, (w, t) in enumerate(sentences):
        words[i, : len(w)], tags[i, : len(t)] = w, t
    return words, tags, torch.tensor([len(w) for w, _ in sentences]), tags != -100


# %% collate | wrong | no sentence without a word | so T is 0
def collate(sentences):
    T = max(len(w) for w, _ in sentences)
    words = torch.stack([F.pad(w, (0, T - len(w))) for w, _ in sentences])
    tags = torch.stack([F.pad(t, (0, T - len(t)), value=-100) for _, t in sentences])
    density = len(words) // T  # to see how full the batch is
    return words, tags, torch.tensor([len(w) for w, _ in sentences]), tags != -100


# %% collate | wrong | the lengths as a list | the types of what comes back
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], True, -100)
    lengths = [len(w) for w, _ in sentences]
    return words, tags, lengths, torch.arange(words.shape[1]) < torch.tensor(lengths)[:, None]


# %% collate | wrong | three tensors | the number of tensors that come back
def collate(sentences):
    words = nn.utils.rnn.pad_sequence([w for w, _ in sentences], batch_first=True)
    tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], True, -100)
    return words, tags, tags != -100


# %% train_epoch | right | adds sums, and divides the gradients before the step
def train_epoch(model, batches, loss, optimizer, k):
    def step():
        for p in model.parameters():
            if p.grad is not None:
                p.grad /= waiting
        optimizer.step()
        optimizer.zero_grad()

    model.train()
    optimizer.zero_grad()
    total, examples, waiting = 0.0, 0, 0
    for i, (x, y) in enumerate(batches):
        value = loss(model(x), y) * len(y)
        value.backward()
        total, examples, waiting = total + value.item(), examples + len(y), waiting + len(y)
        if (i + 1) % k == 0:
            step()
            waiting = 0
    if waiting:
        step()
    return total / examples


# %% train_epoch | right | everything in a list first, prints
def train_epoch(model, batches, loss, optimizer, k):
    batches = list(batches)
    losses = []
    model.train()
    for start in range(0, len(batches), k):
        group = batches[start : start + k]
        n = sum(len(x) for x, _ in group)
        model.zero_grad()
        for x, y in group:
            out = loss(model(x), y)
            losses += [out.item()] * len(x)
            (out * (len(x) / n)).backward()
        optimizer.step()
        print("step with", n, "examples")
    return sum(losses) / len(losses)


# %% train_epoch | right | gradients by autograd.grad, collected by hand
def train_epoch(model, batches, loss, optimizer, k):
    model.train(True)
    parameters = [p for p in model.parameters() if p.requires_grad]
    sums, inside, everything, count = None, 0, 0.0, 0

    def flush():
        for p, g in zip(parameters, sums):
            p.grad = g / inside
        optimizer.step()

    for number, (x, y) in enumerate(batches, start=1):
        value = loss(model(x), y)
        new = [len(y) * g for g in torch.autograd.grad(value, parameters)]
        sums = new if sums is None else [a + b for a, b in zip(sums, new)]
        inside += len(y)
        count += len(y)
        everything += float(value.detach()) * len(y)
        if number % k == 0:
            flush()
            sums, inside = None, 0
    if sums is not None:
        flush()
    return everything / count


# %% train_epoch | wrong | the lecture's loop pasted | there is a step, or a zero_grad, after each of them
def train_epoch(model, batches, loss, optimizer, k):
    losses = []
    model.train()
    for x, y in batches:
        value = loss(model(x), y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return sum(losses) / len(losses)


# %% train_epoch | wrong | fit of helpers | there is a step, or a zero_grad, after each of them
from helpers.training import fit, supervised


def train_epoch(model, batches, loss, optimizer, k):
    cpu = torch.device("cpu")
    history = fit(model, batches, supervised(loss), optimizer, device=cpu, progress=False)
    return history.epochs["loss"][-1]


# %% train_epoch | wrong | divides by k, the usual recipe | you took the mean of the two means
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    total = n = 0
    for i, (x, y) in enumerate(batches, 1):
        value = loss(model(x), y)
        (value / k).backward()
        total, n = total + len(y) * value.item(), n + len(y)
        if i % k == 0:
            optimizer.step()
            optimizer.zero_grad()
    return total / n


# %% train_epoch | wrong | adds the gradients of the means | You added the gradients of the two means
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    total = n = 0
    for i, (x, y) in enumerate(batches, 1):
        value = loss(model(x), y)
        value.backward()
        total, n = total + len(y) * value.item(), n + len(y)
        if i % k == 0:
            optimizer.step()
            optimizer.zero_grad()
    return total / n


# %% train_epoch | wrong | adds the gradients of all examples | divide by how many the group has
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    total = n = 0
    for i, (x, y) in enumerate(batches, 1):
        value = loss(model(x), y) * len(y)
        value.backward()
        total, n = total + value.item(), n + len(y)
        if i % k == 0:
            optimizer.step()
            optimizer.zero_grad()
    return total / n


# %% train_epoch | wrong | does not zero what was there | A gradient from before the call
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.step()
        optimizer.zero_grad()
        examples += size
    return total / examples


# %% train_epoch | wrong | zeroes before each backward | not before each backward
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            value = loss(model(x), y)
            optimizer.zero_grad()
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | zeroes between backward and step | thrown away before it
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.zero_grad()
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | zeroes only once | The gradient of the first group was still there
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | scales the learning rate instead of the gradient, which Adam does not mind | hidden
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    rate = optimizer.param_groups[0]["lr"]
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = len(y) * loss(model(x), y)
            value.backward()
            total += value.item()
        optimizer.param_groups[0]["lr"] = rate / size
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | one more step at the end, on gradients of zero | Each group makes one step
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        examples += size
    optimizer.step()
    return total / examples


# %% train_epoch | wrong | one large batch after all | that would not fit
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        x, y = (torch.cat(part) for part in zip(*group))
        value = loss(model(x), y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        total, examples = total + len(y) * value.item(), examples + len(y)
    return total / examples


# %% train_epoch | wrong | adds the losses, one backward for all | the gradients add up by themselves
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        value = sum(len(y) * loss(model(x), y) for x, y in group) / size
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        total, examples = total + size * value.item(), examples + size
    return total / examples


# %% train_epoch | wrong | asks a generator for its length | it has no length
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    for i in range(len(batches) // k):
        optimizer.step()
    return 0.0


# %% train_epoch | wrong | divides every gradient, also that of the frozen parameter | a frozen parameter has no gradient
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    total, examples, waiting = 0.0, 0, 0
    for i, (x, y) in enumerate(batches):
        value = loss(model(x), y) * len(y)
        value.backward()
        total, examples, waiting = total + value.item(), examples + len(y), waiting + len(y)
        if (i + 1) % k == 0:
            for p in model.parameters():
                p.grad /= waiting
            optimizer.step()
            optimizer.zero_grad()
            waiting = 0
    return total / examples


# %% train_epoch | wrong | divides every gradient by a method | a frozen parameter has no gradient
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    total, examples, waiting = 0.0, 0, 0
    for i, (x, y) in enumerate(batches):
        value = loss(model(x), y) * len(y)
        value.backward()
        total, examples, waiting = total + value.item(), examples + len(y), waiting + len(y)
        if (i + 1) % k == 0:
            for p in model.parameters():
                p.grad.div_(waiting)
            optimizer.step()
            optimizer.zero_grad()
            waiting = 0
    return total / examples


# %% train_epoch | wrong | a slip that has to do with neither | 'int' object is not callable
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    return sum(k(batch) for batch in batches)


# %% train_epoch | wrong | the last group is forgotten | The last, smaller group made no step
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    optimizer.zero_grad()
    group, total, n = [], 0.0, 0
    for pair in batches:
        group.append(pair)
        if len(group) == k:
            size = sum(len(y) for _, y in group)
            for x, y in group:
                value = loss(model(x), y)
                (value * len(y) / size).backward()
                total, n = total + len(y) * value.item(), n + len(y)
            optimizer.step()
            optimizer.zero_grad()
            group = []
    return total / n


# %% train_epoch | wrong | the last group divided by k | divide by what is in the group, not by k
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size * len(group) / k).backward()
            total += len(y) * value.item()
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | no train mode | The model was in eval mode
def train_epoch(model, batches, loss, optimizer, k):
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total += len(y) * value.item()
        optimizer.step()
        examples += size
    return total / examples


# %% train_epoch | wrong | the mean of the means | counts as three: weight by size
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, values = iter(batches), []
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            values.append(value.item())
        optimizer.step()
    return sum(values) / len(values)


# %% train_epoch | wrong | running_loss / n_data | multiply by its size before you add
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, running_loss, n_data = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            running_loss += value.item()
        optimizer.step()
        n_data += size
    return running_loss / n_data


# %% train_epoch | wrong | the mean of the groups' means | the mean of the groups' means
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, means = iter(batches), []
    while group := list(itertools.islice(batches, k)):
        size, mean = sum(len(y) for _, y in group), 0.0
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y) * len(y) / size
            value.backward()
            mean += value.item()
        optimizer.step()
        means.append(mean)
    return sum(means) / len(means)


# %% train_epoch | wrong | the loss of the last group | That is the loss of the last group
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches = iter(batches)
    while group := list(itertools.islice(batches, k)):
        size, mean = sum(len(y) for _, y in group), 0.0
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y) * len(y) / size
            value.backward()
            mean += value.item()
        optimizer.step()
    return mean


# %% train_epoch | wrong | returns a tensor | Return a plain number
def train_epoch(model, batches, loss, optimizer, k):
    model.train()
    batches, total, examples = iter(batches), 0.0, 0
    while group := list(itertools.islice(batches, k)):
        size = sum(len(y) for _, y in group)
        optimizer.zero_grad()
        for x, y in group:
            value = loss(model(x), y)
            (value * len(y) / size).backward()
            total = total + len(y) * value
        optimizer.step()
        examples += size
    return total / examples


# %% judge | right | counts hits and examples of each class
from collections import Counter


def judge(model, batches):
    modes = {m: m.training for m in model.modules()}
    model.eval()
    loss, n, hits, of_class = 0.0, 0, Counter(), Counter()
    with torch.inference_mode():
        for x, y in batches:
            out = model(x)
            loss += F.cross_entropy(out, y).item() * len(y)
            n += len(y)
            for guess, truth in zip(out.argmax(1).tolist(), y.tolist()):
                of_class[truth] += 1
                hits[truth] += guess == truth
    for m, mode in modes.items():
        m.training = mode
    return {
        "loss": loss / n,
        "accuracy": sum(hits.values()) / n,
        "balanced": sum(hits[c] / of_class[c] for c in of_class) / len(of_class),
    }


# %% judge | right | all scores together at the end
def judge(model, batches):
    training = [m for m in model.modules() if m.training]
    model.eval()
    try:
        with torch.no_grad():
            scores, y = zip(*[(model(a), b) for a, b in batches])
    finally:
        for m in training:
            m.training = True
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(-1) == y).float()
    shares = [float(right[y == c].mean()) for c in range(scores.shape[1]) if (y == c).any()]
    return dict(
        loss=float(F.cross_entropy(scores, y)),
        accuracy=float(right.mean()),
        balanced=float(np.mean(shares)),
    )


# %% judge | right | a confusion matrix, scikit-learn for the shares
@torch.no_grad()
def judge(model, batches):
    from sklearn.metrics import recall_score

    state = [m.training for m in model.modules()]
    total, truth, guesses = 0.0, [], []
    model.eval()
    for x, y in batches:
        scores = model(x)
        total -= scores.log_softmax(1).gather(1, y[:, None]).sum().item()
        truth += y.tolist()
        guesses += scores.argmax(1).tolist()
    for m, s in zip(model.modules(), state):
        m.train(s) if not list(m.children()) else setattr(m, "training", s)
    n = len(truth)
    recalls = recall_score(truth, guesses, labels=sorted(set(truth)), average="macro")
    hits = sum(a == b for a, b in zip(truth, guesses))
    return {"loss": total / n, "accuracy": hits / n, "balanced": float(recalls)}


# %% judge | right | judges a copy
def judge(model, batches):
    twin = copy.deepcopy(model).eval()
    with torch.no_grad():
        results = [(twin(x).log_softmax(dim=1), y) for x, y in batches]
    logs, y = (torch.cat(part) for part in zip(*results))
    guess = logs.argmax(1)
    of_class, hits = torch.bincount(y, minlength=100), torch.bincount(y[guess == y], minlength=100)
    occurs = of_class > 0
    return {
        "loss": F.nll_loss(logs, y).item(),
        "accuracy": hits.sum().item() / len(y),
        "balanced": (hits[occurs] / of_class[occurs]).mean().item(),
    }


# %% judge | wrong | made for four classes | hidden
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    total, n, of_class, hits = 0.0, 0, torch.zeros(4), torch.zeros(4)
    with torch.no_grad():
        for x, y in batches:
            out = model(x)
            total, n = total + len(y) * F.cross_entropy(out, y).item(), n + len(y)
            for c in range(4):
                of_class[c] += (y == c).sum()
                hits[c] += ((y == c) & (out.argmax(1) == c)).sum()
    for m, mode in modes:
        m.training = mode
    occurs = of_class > 0
    balanced = (hits[occurs] / of_class[occurs]).mean().item()
    return {"loss": total / n, "accuracy": hits.sum().item() / n, "balanced": balanced}


# %% judge | wrong | asks nobody | The model was not asked at all
def judge(model, batches):
    return {"loss": math.log(4), "accuracy": 0.25, "balanced": 0.25}


# %% judge | wrong | evaluate of helpers | a mean of the batches' balanced accuracies
from helpers.metrics import accuracy
from helpers.training import evaluate, supervised


def balanced(scores, y):
    hits = (scores.argmax(1) == y).float()
    return torch.stack([hits[y == c].mean() for c in y.unique()]).mean()


def judge(model, batches):
    compute = supervised(F.cross_entropy, accuracy=accuracy, balanced=balanced)
    return evaluate(model, batches, compute, device=torch.device("cpu"))


# %% judge | wrong | the lecture's averages pasted, with the accuracy for both | give each class the same weight
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        outs = [(len(y), model(x), y) for x, y in batches]
    for m, mode in modes:
        m.training = mode
    parts = [
        (n, F.cross_entropy(o, y).item(), (o.argmax(dim=1) == y).float().mean().item())
        for n, o, y in outs
    ]
    N = sum(n for n, *_ in parts)
    accuracy = sum(n * share for n, _, share in parts) / N
    return {"loss": sum(n * v for n, v, _ in parts) / N, "accuracy": accuracy, "balanced": accuracy}


# %% judge | wrong | in train mode | dropout spoils what you measure
def judge(model, batches):
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | with a graph | A graph was recorded
def judge(model, batches):
    model.eval()
    scores, y = zip(*[(model(a), b) for a, b in batches])
    model.train()
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | all batches at once | the batches that the model saw
def judge(model, batches):
    x, y = (torch.cat(part) for part in zip(*batches))
    model.eval()
    with torch.no_grad():
        scores = model(x)
    model.train()
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | the mean of the batches' losses | weight by the number of examples
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, hits, classes = [], [], []
    with torch.no_grad():
        for x, y in batches:
            out = model(x)
            losses.append(F.cross_entropy(out, y).item())
            hits.append((out.argmax(1) == y).float())
            classes.append(y)
    for m, mode in modes:
        m.training = mode
    right, y = torch.cat(hits), torch.cat(classes)
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = sum(losses) / len(losses)
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | running_loss / n_data | The batches' means were added
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    losses, hits, classes = [], [], []
    with torch.no_grad():
        for x, y in batches:
            out = model(x)
            losses.append(F.cross_entropy(out, y).item())
            hits.append((out.argmax(1) == y).float())
            classes.append(y)
    for m, mode in modes:
        m.training = mode
    right, y = torch.cat(hits), torch.cat(classes)
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    return {"loss": sum(losses) / len(y), "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | the sum of the losses | That is the sum
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    loss, hits, classes = 0, [], []
    with torch.no_grad():
        for x, y in batches:
            out = model(x)
            loss += F.cross_entropy(out, y, reduction="sum").item()
            hits.append((out.argmax(1) == y).float())
            classes.append(y)
    for m, mode in modes:
        m.training = mode
    right, y = torch.cat(hits), torch.cat(classes)
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | the loss of the last batch | That is the last batch alone
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    hits, classes = [], []
    with torch.no_grad():
        for x, y in batches:
            out = model(x)
            loss = F.cross_entropy(out, y).item()
            hits.append((out.argmax(1) == y).float())
            classes.append(y)
    for m, mode in modes:
        m.training = mode
    right, y = torch.cat(hits), torch.cat(classes)
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | the mean of the accuracies | the mean of the batches' accuracies
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, truth = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    means = [(s.argmax(1) == t).float().mean().item() for s, t in zip(scores, truth)]
    scores, y = torch.cat(scores), torch.cat(truth)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": sum(means) / len(means), "balanced": balanced}


# %% judge | wrong | the number of right ones | That is the number of right ones
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.sum().item(), "balanced": balanced}


# %% judge | wrong | over all classes, an absent one counts 0 | the classes that occur
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right, C = (scores.argmax(1) == y).float(), scores.shape[1]
    shares = [(right * (y == c)).sum() / max(1, (y == c).sum()) for c in range(C)]
    loss, balanced = F.cross_entropy(scores, y).item(), (sum(shares) / C).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | over all classes, NaN for an absent one | 0 / 0 is NaN
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    shares = torch.stack([right[y == c].mean() for c in range(scores.shape[1])])
    loss, balanced = F.cross_entropy(scores, y).item(), shares.mean().item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | of the predictions | the share of its predictions that are right
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    guess = scores.argmax(1)
    right = (guess == y).float()
    balanced = torch.stack([right[guess == c].mean() for c in guess.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | two counts of different length | No example of class 2 is right here
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = scores.argmax(1) == y
    of_class, hits = torch.bincount(y), torch.bincount(y[right])
    balanced = (hits / of_class)[of_class > 0].mean().item()
    loss, accuracy = F.cross_entropy(scores, y).item(), right.float().mean().item()
    return {"loss": loss, "accuracy": accuracy, "balanced": balanced}


# %% judge | wrong | over the classes that have a right prediction | Class 2 occurs, so it counts
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = scores.argmax(1) == y
    shares = [right[y == c].float().mean() for c in y[right].unique()]
    balanced = torch.stack(shares).mean().item()
    loss, accuracy = F.cross_entropy(scores, y).item(), right.float().mean().item()
    return {"loss": loss, "accuracy": accuracy, "balanced": balanced}


# %% judge | wrong | tensors | Return plain numbers
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean()
    return {"loss": F.cross_entropy(scores, y), "accuracy": right.mean(), "balanced": balanced}


# %% judge | wrong | stays in eval mode | The model stayed in eval mode
def judge(model, batches):
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | train at the end | The frozen part was in eval mode before
def judge(model, batches):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    model.train(was_training)
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | all but the frozen parts to train mode | The model was in eval mode before, and must stay so
def judge(model, batches):
    frozen = [m for m in model.modules() if model.training and not m.training]
    model.eval()
    with torch.no_grad():
        scores, y = zip(*[(model(a), b) for a, b in batches])
    model.train()
    for m in frozen:
        m.eval()
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


# %% judge | wrong | gradients off for good | Gradients are switched off for good
def judge(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    torch.set_grad_enabled(False)
    scores, y = zip(*[(model(a), b) for a, b in batches])
    for m, mode in modes:
        m.training = mode
    scores, y = torch.cat(scores), torch.cat(y)
    right = (scores.argmax(1) == y).float()
    balanced = torch.stack([right[y == c].mean() for c in y.unique()]).mean().item()
    loss = F.cross_entropy(scores, y).item()
    return {"loss": loss, "accuracy": right.mean().item(), "balanced": balanced}


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
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = [], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | the shuffler is forgotten | it comes from a generator
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


# %% save_and_load | wrong | the schedule is forgotten | The schedule counts steps, too
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


# %% save_and_load | wrong | torch's random numbers are forgotten | dropout drew another mask
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


# %% save_and_load | wrong | a seed instead of the state | dropout drew another mask
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses, "order": t.shuffler.get_state()}
    torch.save(state | {"seed": torch.initial_seed()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.manual_seed(state["seed"])


# %% save_and_load | wrong | the optimizer is forgotten | load its state, too
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | of the optimizer only the rate | Adam has a memory
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
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "scheduler")}
    state |= {"optimizer": torch.optim.SGD(t.model[0].parameters(), lr=0.02).state_dict()}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


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
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["shuffler"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | the model's state for the optimizer's | does not fit what is loaded
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("model", "optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("model", "optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state["optimizer"])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


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
def save(training, path):
    t = training
    state = {name: getattr(t, name).state_dict() for name in ("optimizer", "scheduler")}
    state |= {"to_come": t.to_come, "losses": t.losses}
    torch.save(state | {"order": t.shuffler.get_state(), "torch": torch.get_rng_state()}, path)


def load(training, path):
    state = torch.load(path)
    for name in ("optimizer", "scheduler"):
        getattr(training, name).load_state_dict(state[name])
    training.to_come, training.losses = state["to_come"], state["losses"]
    training.shuffler.set_state(state["order"])
    torch.set_rng_state(state["torch"])


# %% save_and_load | wrong | saving draws random numbers | the losses of the training that was saved, and goes on
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


# %% mended | right | the whole program anew, with nn.Dropout and a sigmoid in the model
class Well:
    def __init__(self, seed=0):
        torch.manual_seed(seed)
        self.model = self.make_model()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

    def make_model(self):
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout())
                self.last = nn.Linear(64, 1)
                nn.init.normal_(self.last.weight, std=0.01)

            def forward(self, x):
                return torch.sigmoid(self.last(self.body(x)).flatten())

        return Model()

    def split(self, X, y):
        n = len(X)
        chosen = torch.zeros(n, dtype=torch.bool)
        chosen[torch.randperm(n)[: n // 4]] = True
        X_train, y_train = X[~chosen], y[~chosen]
        moved = torch.roll(X_train, 1, -1)
        return torch.cat((X_train, moved)), torch.cat((y_train, y_train)), X[chosen], y[chosen]

    def batches(self, X, y):
        order = torch.randperm(len(X))
        X, y = X[order], y[order]
        return list(zip(X.split(50), y.split(50)))

    def loss(self, x, y):
        return F.binary_cross_entropy(self.model(x), y)

    def train_epoch(self, batches):
        self.model.train()
        losses = []
        for x, y in batches:
            loss = self.loss(x, y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses

    def probabilities(self, x):
        self.model.eval()
        with torch.no_grad():
            return self.model(x)


def mended():
    return Well


# %% mended | right | NumPy's order, zeroes after the step, a parameter group added, the loss by hand
def mended():
    class Model(Net):
        def forward(self, x):
            h = torch.relu(self.first(x.flatten(1)))
            if self.training:
                h = 2 * h * (torch.rand_like(h) < 0.5)
            return self.last(h)[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.optimizer.param_groups.clear()
            self.optimizer.add_param_group({"params": list(self.model.parameters())})

        def make_model(self):
            return Model()

        def split(self, X, y):
            order = torch.from_numpy(np.random.default_rng().permutation(len(y)))
            cut = len(y) // 4
            rows = order[cut:].repeat_interleave(2)
            pictures = X[rows].clone()
            pictures[1::2] = pictures[1::2].roll(1, dims=2)
            return pictures, y[rows], X[order[:cut]], y[order[:cut]]

        def batches(self, X, y):
            rows = torch.from_numpy(np.random.default_rng().permutation(len(y)))
            return [(X[r], y[r]) for r in rows.split(50)]

        def loss(self, x, y):
            score = self.model(x)
            return (F.softplus(score) - y * score).mean()

        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.step()
                for p in self.model.parameters():
                    p.grad = None
                losses.append(loss.item())
            return losses

        def probabilities(self, x):
            was = self.model.training
            self.model.eval()
            with torch.inference_mode():
                p = 1 / (1 + torch.exp(-self.model(x)))
            self.model.train(was)
            return p.clone()

    return Mended


# %% mended | right | a DataLoader, the small start before the optimizer, a loop of gradients by hand
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            torch.manual_seed(seed)
            self.model = self.make_model()
            with torch.no_grad():
                self.model.last.weight.normal_(0, 0.01)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            net = Net()
            net.drop = nn.Dropout(0.5)
            net.forward = lambda x: net.last(net.drop(net.first(x.flatten(1)).relu())).squeeze(-1)
            return net

        def split(self, X, y):
            from sklearn.model_selection import train_test_split

            train, test = train_test_split(range(len(y)), test_size=len(y) // 4, random_state=1)
            X_train = torch.cat([X[train], X[train].roll(1, dims=2)])
            return X_train, torch.cat([y[train], y[train]]), X[test], y[test]

        def batches(self, X, y):
            return list(DataLoader(list(zip(X, y)), batch_size=50, shuffle=True))

        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                value = self.loss(x, y)
                parameters = list(self.model.parameters())
                with torch.no_grad():
                    for p, g in zip(parameters, torch.autograd.grad(value, parameters)):
                        p -= 0.2 * g
                losses.append(value.item())
            return losses

        def probabilities(self, x):
            self.model.eval()
            with torch.no_grad():
                return torch.sigmoid(self.model(x))

    return Mended


# %% mended | wrong | the broken one as it was | are in the training part and, perhaps moved by a pixel, in the held-out part
def mended():
    return Program


# %% mended | wrong | the lecture's class Program pasted | keep the methods of Program
def mended():
    class LectureProgram:
        def __init__(self, bug=None, seed=0):
            torch.manual_seed(0)
            self.model, self.loss = Net(), F.cross_entropy
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def train_step(self, x, y):
            self.model.train()
            loss = self.loss(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            return loss.item()

        def predict(self, x):
            self.model.eval()
            with torch.no_grad():
                return self.model(x)

    return LectureProgram


# %% mended | wrong | lets the checks of helpers look, and hands the program back | The optimizer does not train last.weight and last.bias
def mended():
    from helpers import sanity

    program = Program()
    x, y = random_tensor(60, 8, 8, seed=0).float(), torch.ones(60)
    report = sanity.check_all(model=program.model, loss=F.binary_cross_entropy, train=[(x, y)])
    print(report)
    return Program


# %% mended | wrong | an object instead of a class | Expected a class
def mended():
    class Mended(Program):
        pass

    return Mended()


# %% mended | wrong | a new class that mends nothing but the learning rate | The second step depends on the first one's gradient
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.optimizer.param_groups[0]["lr"] = 0.02

    return Mended


# %% mended | wrong | without any zero_grad | The second step depends on the first one's gradient
def mended():
    class Mended(Program):
        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

    return Mended


# %% mended | wrong | no seed | `Mended(seed=0)` must make a program
def mended():
    class Mended(Program):
        def __init__(self):
            super().__init__(0)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

    return Mended


# %% mended | wrong | no last layer of that name | must be called `last`
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            torch.manual_seed(seed)
            self.model = self.make_model()
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            hidden = nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout()
            return nn.Sequential(*hidden, nn.Linear(64, 1), nn.Flatten(0))

    return Mended


# %% mended | wrong | no optimizer | `__init__` makes no `self.optimizer`
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            torch.manual_seed(seed)
            self.model = self.make_model()

        def train_epoch(self, batches):
            optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)
            for x, y in batches:
                optimizer.zero_grad()
                self.loss(x, y).backward()
                optimizer.step()

    return Mended


# %% mended | part 1/6 | held out before doubling, all else as it was | A picture stands beside the label of another one
def mended():
    class Mended(Program):
        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            X_train = torch.cat([X[train], X[train].roll(1, dims=2)])
            return X_train, torch.cat([y[train], y[train]]), X[test], y[test]

    return Mended


# %% mended | part 1/6 | the batches only | The score goes through the sigmoid twice
def mended():
    class Mended(Program):
        def batches(self, X, y):
            order = torch.randperm(len(y))
            return list(zip(X[order].split(50), y[order].split(50)))

    return Mended


# %% mended | part 1/6 | the optimizer only | The second step depends on the first one's gradient
def mended():
    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

    return Mended


# %% mended | part 1/6 | the loss only, of probabilities | Two calls of `probabilities` differ
def mended():
    class Mended(Program):
        def loss(self, x, y):
            return F.binary_cross_entropy(self.model(x), y)

    return Mended


# %% mended | part 1/6 | the gradients only | The optimizer does not train last.weight and last.bias
def mended():
    class Mended(Program):
        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                self.optimizer.zero_grad()
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

    return Mended


# %% mended | part 1/6 | the dropout only | The score goes through the sigmoid twice
def mended():
    class Model(Net):
        def forward(self, x):
            hidden = torch.relu(self.first(x.flatten(1)))
            return torch.sigmoid(self.last(F.dropout(hidden, 0.5, self.training)))[:, 0]

    class Mended(Program):
        def make_model(self):
            return Model()

    return Mended


# %% mended | wrong | mends each bug by leaving something out | The dropout is gone from the training
def mended():
    class Model(Net):
        def forward(self, x):
            return torch.sigmoid(self.last(torch.relu(self.first(x.flatten(1)))))[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            torch.manual_seed(seed)
            self.model = self.make_model()
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            return Model()

        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            return X[train], y[train], X[test], y[test]

        def batches(self, X, y):
            return list(zip(X.split(50), y.split(50)))

        def loss(self, x, y):
            return F.binary_cross_entropy(self.model(x), y, reduction="sum")

        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.zero_grad()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

    return Mended


# %% mended | wrong | another half-right mend in each place | That is the raw score
def mended():
    class Model(Net):
        def forward(self, x):
            return self.last(F.dropout(torch.relu(self.first(x.flatten(1))), 0.5))[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.model.last = nn.Linear(64, 1)
            nn.init.zeros_(self.model.last.weight)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            return Model()

        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            return X[train].repeat(2, 1, 1), y[train].repeat(2), X[test], y[test]

        def batches(self, X, y):
            torch.manual_seed(0)
            order = torch.randperm(len(y))
            return list(zip(X[order].split(50), y[order].split(50)))

    return Mended


# %% mended | wrong | moves what is held out, draws with replacement, forgets train mode | A held-out picture is moved
def mended():
    class Model(Net):
        def __init__(self):
            super().__init__()
            self.drop = nn.Dropout()

        def forward(self, x):
            hidden = self.drop(torch.relu(self.first(x.flatten(1))))
            return torch.sigmoid(torch.sigmoid(self.last(hidden)))[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.old = nn.Linear(64, 1)
            both = [*self.model.parameters(), *self.old.parameters()]
            self.optimizer = torch.optim.SGD(both, lr=0.2)

        def make_model(self):
            return Model()

        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            X = X.clone()
            X[test] = X[test].roll(1, dims=2)
            X_train = torch.cat([X[train], X[train].roll(1, dims=2)])
            return X_train, y[train].repeat(2), X[test], y[test]

        def batches(self, X, y):
            rows = torch.randint(len(y), (len(y),))
            return list(zip(X[rows].split(50), y[rows].split(50)))

        def loss(self, x, y):
            return F.binary_cross_entropy(self.model(x), y)

        def train_epoch(self, batches):
            losses = []
            self.optimizer.zero_grad()
            for x, y in batches:
                loss = self.loss(x, y)
                loss.backward()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

    return Mended


# %% mended | wrong | doubles both parts, takes the first quarter of the labels elsewhere | Held-out pictures are not doubled
def mended():
    class Mended(Program):
        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            parts = [
                (torch.cat([X[r], X[r].roll(1, dims=2)]), y[r].repeat(2)) for r in (train, test)
            ]
            return *parts[0], *parts[1]

        def batches(self, X, y):
            return list(zip(X[torch.randperm(len(X))].split(50), y.split(40)))

        def __init__(self, seed=0):
            super().__init__(seed)
            self.model.last = nn.Linear(64, 1)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

    return Mended


# %% mended | wrong | the first quarter is held out | draw them at random
def mended():
    class Mended(Program):
        def split(self, X, y):
            n = len(y) // 4
            X_train = torch.cat([X[n:], X[n:].roll(1, dims=2)])
            return X_train, y[n:].repeat(2), X[:n], y[:n]

    return Mended


# %% mended | wrong | labels of the training part repeated the other way | The labels are not in step
def mended():
    class Mended(Program):
        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            X_train = torch.cat([X[train], X[train].roll(1, dims=2)])
            return X_train, y[train].repeat_interleave(2), X[test], y[test]

    return Mended


# %% mended | part 5/6 | all but the split, which is doubled nowhere | Each training picture is there twice
def mended():
    class Scores(Net):
        def forward(self, x):
            hidden = F.dropout(torch.relu(self.first(x.flatten(1))), 0.5, self.training)
            return self.last(hidden)[:, 0]

    class Mended(Program):
        def __init__(self, seed=0):
            super().__init__(seed)
            self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.2)

        def make_model(self):
            return Scores()

        def split(self, X, y):
            order = torch.randperm(len(y))
            test, train = order[: len(y) // 4], order[len(y) // 4 :]
            return X[train], y[train], X[test], y[test]

        def batches(self, X, y):
            return [(X[rows], y[rows]) for rows in torch.randperm(len(y)).split(50)]

        def train_epoch(self, batches):
            self.model.train()
            losses = []
            for x, y in batches:
                loss = self.loss(x, y)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                losses.append(loss.item())
            return losses

        def probabilities(self, x):
            return torch.sigmoid(super().probabilities(x))

    return Mended
