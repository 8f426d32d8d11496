"""If these fail, a killed training would continue wrongly, or with state of other work."""

from pathlib import Path

import torch

from porescope.checkpoint import Checkpoint, beside, work_key


def training_state(seed: int) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(seed)
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 3), torch.nn.BatchNorm2d(3))
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    for _ in range(3):
        network(torch.randn(2, 1, 8, 8)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    return network, optimizer


def test_state_of_network_and_optimizer_comes_back_bit_by_bit(tmp_path: Path) -> None:
    network, optimizer = training_state(1)
    checkpoint = Checkpoint(tmp_path / "state", "key")
    checkpoint.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": 3, "best": None})
    other_network, other_optimizer = training_state(2)
    state = checkpoint.load()
    assert state is not None
    assert (state["step"], state["best"]) == (3, None)
    other_network.load_state_dict(state["network"])
    other_optimizer.load_state_dict(state["optimizer"])
    images = torch.randn(2, 1, 8, 8)
    for net, opt in ((network, optimizer), (other_network, other_optimizer)):
        net(images).square().mean().backward()
        opt.step()
    for name, value in network.state_dict().items():
        assert torch.equal(value, other_network.state_dict()[name]), name


def test_saved_tensors_do_not_change_with_further_training(tmp_path: Path) -> None:
    weights = torch.ones(3)
    checkpoint = Checkpoint(tmp_path / "state", "key")
    checkpoint.save({"weights": weights, "same": weights})
    weights += 1
    state = checkpoint.load()
    assert state is not None
    assert state["weights"].tolist() == state["same"].tolist() == [1, 1, 1]


def test_state_of_other_work_is_discarded(tmp_path: Path) -> None:
    Checkpoint(tmp_path / "state", "old").save({"step": 1})
    assert Checkpoint(tmp_path / "state", "new").load() is None
    assert not (tmp_path / "state").exists()


def test_damaged_state_is_discarded(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "state", "key")
    checkpoint.save({"weights": torch.ones(100)})
    checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:50])
    assert checkpoint.load() is None
    assert not checkpoint.path.exists()


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "state", "key")
    checkpoint.save({"weights": torch.ones(1)})
    checkpoint.delete()
    assert not list(tmp_path.iterdir())


def test_key_follows_parameters_and_contents_not_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("1")
    (tmp_path / "c").write_text("2")
    key = work_key({"x": 1, "y": 2}, [tmp_path / "a"])
    assert key == work_key({"y": 2, "x": 1}, [tmp_path / "b"])
    assert key != work_key({"x": 1, "y": 2}, [tmp_path / "c"])
    assert key != work_key({"x": 1, "y": 3}, [tmp_path / "a"])


def test_state_lies_outside_its_output(tmp_path: Path) -> None:
    assert beside(tmp_path / "weights.safetensors").parent == tmp_path
    assert beside(tmp_path / "weights.safetensors") != tmp_path / "weights.safetensors"
