"""What students hand in for the question scenes of chapter 3: see sources/answers.py."""


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
# as "only the picture is mirrored", but
# -            if mirror and torch.rand(()) < 0.5:
# -                picture = picture.flip(2)
# -            return picture, torch.tensor(mask).long()
# +            mask = torch.tensor(mask).long()
# +            return (picture.flip(2), mask.flip(1)) if mirror else (picture, mask)


# %% scenes | wrong | never mirrored | Nothing was mirrored
# as "only the picture is mirrored", but
# -            picture = torch.tensor(picture).permute(2, 0, 1) / 255
# -            if mirror and torch.rand(()) < 0.5:
# -                picture = picture.flip(2)
# -            return picture, torch.tensor(mask).long()
# +            return torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()


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
# as "reads backwards with NumPy", but
# -            if mirror and np.random.rand() < 0.5:
# -                picture, mask = picture[:, ::-1], mask[:, ::-1]
# -            return torch.from_numpy(picture).permute(2, 0, 1) / 255, torch.from_numpy(mask).long()
# +            H, W, _ = picture.shape
# +            return torch.tensor(picture).reshape(3, H, W) / 255, torch.tensor(mask).long()


# %% scenes | wrong | bytes as they are | A byte goes up to 255
# as "reads backwards with NumPy", but
# -            if mirror and np.random.rand() < 0.5:
# -                picture, mask = picture[:, ::-1], mask[:, ::-1]
# -            return torch.from_numpy(picture).permute(2, 0, 1) / 255, torch.from_numpy(mask).long()
# +            return torch.tensor(picture).permute(2, 0, 1).float(), torch.tensor(mask).long()


# %% scenes | wrong | the mask scaled, too | leave its numbers alone
# as "reads backwards with NumPy", but
# -            picture, mask = load(i)
# -            if mirror and np.random.rand() < 0.5:
# -                picture, mask = picture[:, ::-1], mask[:, ::-1]
# -            return torch.from_numpy(picture).permute(2, 0, 1) / 255, torch.from_numpy(mask).long()
# +            picture, mask = (torch.tensor(array) / 255 for array in load(i))
# +            return picture.permute(2, 0, 1), mask


# %% scenes | wrong | the mask in bytes | the kinds of numbers in picture and mask
# as "reads backwards with NumPy", but
# -            picture, mask = load(i)
# -            if mirror and np.random.rand() < 0.5:
# -                picture, mask = picture[:, ::-1], mask[:, ::-1]
# -            return torch.from_numpy(picture).permute(2, 0, 1) / 255, torch.from_numpy(mask).long()
# +            picture, mask = (torch.tensor(array) for array in load(i))
# +            return picture.permute(2, 0, 1) / 255, mask


# %% scenes | wrong | loads twice | Load each only once
# as "reads backwards with NumPy", but
# -            picture, mask = load(i)
# -            if mirror and np.random.rand() < 0.5:
# -                picture, mask = picture[:, ::-1], mask[:, ::-1]
# -            return torch.from_numpy(picture).permute(2, 0, 1) / 255, torch.from_numpy(mask).long()
# +            picture, mask = torch.tensor(load(i)[0]), torch.tensor(load(i)[1])
# +            return picture.permute(2, 0, 1) / 255, mask.long()


# %% scenes | wrong | no end | raises an IndexError
# as "upside down", but
# -            if i >= n:
# -                raise IndexError(i)
# ...
# -                return picture.flip(1), mask.flip(0)
# +                return picture.flip(2), mask.flip(1)


# %% scenes | wrong | mirrors whatever `mirror` says | With mirror=False nothing is ever mirrored
# as "upside down", but
# -            if mirror and torch.rand(()) < 0.5:
# -                return picture.flip(1), mask.flip(0)
# +            if torch.rand(1).item() > 0.5:
# +                return picture.flip(2), mask.flip(1)


# %% scenes | wrong | mirrors whatever `mirror` says, by the other coin | With mirror=False nothing is ever mirrored
# as "upside down", but
# -            if mirror and torch.rand(()) < 0.5:
# -                return picture.flip(1), mask.flip(0)
# +            if torch.rand(()) < 0.5:
# +                return picture.flip(2), mask.flip(1)


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
# as "upside down", but
# -                return picture.flip(1), mask.flip(0)
# +                return picture.flip(2), mask.flip(1)
# ...
# -    return Scenes()
# +    return Scenes


# %% scenes | wrong | nothing comes back | `__getitem__` returned NoneType
# as "upside down", but
# -                return picture.flip(1), mask.flip(0)
# -            return picture, mask
# +                picture, mask = picture.flip(2), mask.flip(1)


# %% scenes | wrong | returns a pair only if it is not mirrored | `__getitem__` returned NoneType
# as "upside down", but
# -                return picture.flip(1), mask.flip(0)
# -            return picture, mask
# +                picture, mask = picture.flip(2), mask.flip(1)
# +            else:
# +                return picture, mask


# %% scenes | wrong | forgets to move the axis | with shape (3, 2, 3)
# as "upside down", but
# -            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
# +            picture, mask = torch.tensor(picture) / 255, torch.tensor(mask).long()
# ...
# -                return picture.flip(1), mask.flip(0)
# +                return picture.flip(1), mask.flip(1)


# %% scenes | wrong | NumPy arrays | the kinds of numbers in picture and mask
# as "upside down", but
# -            picture, mask = torch.tensor(picture).permute(2, 0, 1) / 255, torch.tensor(mask).long()
# -            if mirror and torch.rand(()) < 0.5:
# -                return picture.flip(1), mask.flip(0)
# +            picture, mask = picture.transpose(2, 0, 1).astype(np.float32) / 255, mask.astype(int)
# +            if mirror and np.random.rand() < 0.5:
# +                return picture[:, :, ::-1].copy(), mask[:, ::-1].copy()


# %% scenes | wrong | every second access is mirrored | leave it to chance
# as "a list of the indices, Python's coin, one tensor for both", but
# -        indices = list(range(n))
# +        indices = list(range(n))
# +        accesses = 0
# ...
# -            if mirror and random.choice([True, False]):
# +            self.accesses += 1
# +            if mirror and self.accesses % 2:
