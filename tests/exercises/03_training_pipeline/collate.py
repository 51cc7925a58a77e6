"""What students hand in for the question collate of chapter 3: see sources/answers.py."""

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
# as "tags filled up with 0", but
#      tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], batch_first=True)
# +    tags[tags == 0] = -100


# %% collate | wrong | tags replaced where the word is 0 | word 0 and tag 0 may occur
# as "tags filled up with 0", but
#      tags = nn.utils.rnn.pad_sequence([t for _, t in sentences], batch_first=True)
# +    tags[words == 0] = -100


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


# %% collate | wrong | lists that are empty make floats | the kinds of numbers for two empty sentences
# as "lists, and F.pad for the tags; the mask from the tags", but
# -    words = torch.tensor(words, dtype=torch.int64).reshape(len(sentences), T)
# +    words = torch.tensor(words).reshape(len(sentences), T)
