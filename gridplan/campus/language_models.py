"""Language models: size, energy per output token where it was measured, and how many accelerators hold one.

Comes in: a model's name. Goes out: ``LanguageModel``. A new one is a row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gridplan.errors import Place, find_by_name

SizeClass = Literal["edge", "small_domain", "mid", "large_general"]
SIZE_CLASSES: tuple[SizeClass, ...] = ("edge", "small_domain", "mid", "large_general")
# Weights, caches and working memory: with 1.3 the rule gives the least accelerators each model of ML.ENERGY ran on.
_MEMORY_MARGIN = 1.3
_BITS_PER_BYTE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """One model.

    Parameters
    ----------
    name : str
    total_b, active_b : float [1e9]
        Parameters in all, and those one token uses.
    bits : int
        Bits of a stored weight.
    size : SizeClass
    measured_j : mapping of hardware name to J per output token
        Best energy with at most 100 ms between tokens, chat, accelerator board alone.
    assumed : tuple of str
        Fields without a public figure.
    """

    name: str
    total_b: float
    active_b: float
    bits: int
    size: SizeClass
    measured_j: Mapping[str, float] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()


MEASURED_SOURCE = "ML.ENERGY leaderboard 2026, lm-arena-chat, at most 100 ms between tokens"

LANGUAGE_MODELS: tuple[LanguageModel, ...] = (
    LanguageModel(name="edge_3b", total_b=3, active_b=3, bits=4, size="edge"),
    LanguageModel(name="llama_8b", total_b=8, active_b=8, bits=16, size="small_domain",
                  measured_j={"h100": 0.070, "b200": 0.055}),
    LanguageModel(name="qwen_30b_a3b", total_b=30, active_b=3, bits=16, size="mid",
                  measured_j={"h100": 0.089, "b200": 0.056}),
    LanguageModel(name="qwen_32b", total_b=32, active_b=32, bits=16, size="mid",
                  measured_j={"h100": 0.228, "b200": 0.141}),
    LanguageModel(name="llama_70b", total_b=70, active_b=70, bits=16, size="mid",
                  measured_j={"h100": 0.421, "b200": 0.271}),
    LanguageModel(name="qwen_235b_a22b", total_b=235, active_b=22, bits=16, size="large_general",
                  measured_j={"h100": 1.09, "b200": 0.240}),
    LanguageModel(name="deepseek_v3", total_b=671, active_b=37, bits=8, size="large_general",
                  measured_j={"b200": 0.963}),
    LanguageModel(name="llama_405b", total_b=405, active_b=405, bits=8, size="large_general",
                  measured_j={"h100": 2.06, "b200": 1.15}),
    # Stands for the large mixtures of experts of commercial services, whose sizes are not published.
    LanguageModel(name="large_moe", total_b=400, active_b=40, bits=8, size="large_general",
                  assumed=("total_b", "active_b", "bits")),
)  # fmt: skip
_BY_NAME = {model.name: model for model in LANGUAGE_MODELS}


def find_language_model(name: str, place: Place | None = None) -> LanguageModel:
    """Model of this name.

    Raises
    ------
    InputError
        GP-CAM-012, if there is none; the text offers the nearest names.
    """
    return find_by_name(_BY_NAME, name, code="GP-CAM-012", what="language model", place=place)


def accelerators_per_replica(total_b: float, bits: int, memory_gb: float) -> int:
    """Accelerators that hold one replica: the next power of two for ``1.3 x total x bits/8`` bytes."""
    needed_gb = _MEMORY_MARGIN * total_b * bits / _BITS_PER_BYTE
    return 1 << max(0, math.ceil(math.log2(needed_gb / memory_gb)))
