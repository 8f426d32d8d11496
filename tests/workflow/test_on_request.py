"""If these fail, who asks for one file waits for work that the file does not need, or does not get it at all."""

from running import planned_rules

TO_A_MASK = {"simulate_specimen", "ingest_stack", "restore_stack", "predict_mask"}


def test_one_stack_is_made_alone(project):
    assert planned_rules("results/ingest/HPA_175.json", cwd=project) == {"simulate_specimen", "ingest_stack"}


def test_a_mask_of_the_shipped_network_takes_no_training(project):
    assert planned_rules("results/segment/unet_twin/NPC_250.ome.zarr", cwd=project) == TO_A_MASK


def test_sections_of_an_unmeasured_condition_need_the_diffusion_model_alone(project):
    planned = planned_rules("results/generate/ddpm/samples/NPC_300.npz", cwd=project)
    assert {"train_ddpm", "request_ddpm"} <= planned
    assert not planned & {"train_cgan", "train_withheld", "describe_specimen", "fit_models"}


def test_a_wanted_property_is_checked_by_regression_and_solve_when_asked_for(project):
    config = 'generate={"wanted":{"conditions":["NPC_110000"]}}'
    planned = planned_rules("results/generate/wanted/check.png", "--config", config, cwd=project)
    assert {"train_wanted", "sample_wanted_volume", "describe_wanted", "fit_models", "check_wanted"} <= planned
    assert not planned & {"train_cgan", "train_ddpm"}
