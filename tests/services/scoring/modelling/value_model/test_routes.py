"""Value models over HTTP: all rules with which scores are computed can be read."""

import json
from pathlib import Path

import httpx

from services.scoring.modelling import value_model

MODEL_FILE = Path(value_model.__file__).parent / "default.json"


def test_the_default_model_is_active_and_can_be_read(client: httpx.Client) -> None:
    (model,) = client.get("/v1/value-models").json()["items"]
    assert (model["version"], model["state"]) == (1, "active")
    assert model["rules"]["terms"][0]["points_per_unit"] == "0.00001"
    assert model["rules"]["name"]["zh"] == "客户价值"
    assert model["rules"] == json.loads(MODEL_FILE.read_bytes())
    assert client.get(f"/v1/value-models/{model['id']}").json() == model
