"""What embedviz takes beside what people use otherwise: `python -m tests.benchmarks [NAME …]`.

To add a benchmark: write a class like those imported here (see `framework.Benchmark`), and add a
line to `BENCHMARKS`. A size is part of the name, and a benchmark with two peers is two lines.
Import the measured packages inside the methods: each side runs in a process of its own, and must
not pay for the other's imports.
"""

from .analogies import Analogies
from .changes import Changes
from .contrastive import PaintedSteps
from .dragging import COMPONENTS, DIAL, PREFIX, Drag, DragStalls
from .embedding import Embedding
from .exporting import Export
from .films import Films
from .fit import Fit, MappedFit
from .graph import Graph, Trust
from .layouts import FirstMotion, LargeLayout, TSNEBeside, UMAPBeside
from .loading import Binary, Mapped, ParquetParts, Text
from .looks import AtRest, Density, Glow, InFront, Pictures
from .map_picture import MapPicture
from .neighbors import Neighbors
from .overlap import Overlap
from .pca import PrincipalComponents
from .points import FineOrbit, Lasso, Moving, Orbit, OrbitBesideOpenGL, Pick
from .prefix import MappedSteps, StepsAtEachLength, TruncationStep
from .responsiveness import Opening
from .stalls import Stalls
from .training import LearnedLanguage, WatchedTraining
from .training_stalls import TrainingStalls

BENCHMARKS = (
    Neighbors(10_000, 384, "numpy"),
    Neighbors(10_000, 384, "faiss"),
    Neighbors(500_000, 768, "numpy"),
    Neighbors(500_000, 768, "faiss"),
    Neighbors(500_000, 768, "numpy", "clustered"),
    Neighbors(500_000, 768, "numpy", "cone"),
    TruncationStep(10_000, 384, "numpy"),
    TruncationStep(500_000, 768, "numpy"),
    TruncationStep(500_000, 768, "faiss"),
    StepsAtEachLength(500_000, 768),
    MappedSteps(1_000_000, 768),
    PrincipalComponents(10_000, 384),
    Fit(50_000, 512, "numpy"),
    Fit(50_000, 512, "numpy", "flat"),
    Fit(50_000, 512, "scikit-learn"),
    MappedFit(1_000_000, 768),
    Overlap(10_000, 384),
    Analogies(5_050, 50, "gensim", is_real=True),
    Analogies(10_000, 300, "gensim"),
    Analogies(400_000, 300, None),
    Graph(20_000, 384, "scikit-learn"),
    Graph(20_000, 384, "faiss"),
    Graph(100_000, 384, None),
    Trust(5_000, 384),
    Drag("whitening-drag", *DIAL, 10_000, 384),
    Drag("whitening-drag", *DIAL, 20_000, 768),
    Drag("whitening-drag", *DIAL, 100_000, 384),
    Drag("components-drag", *COMPONENTS, 10_000, 384),
    Drag("truncation-drag", *PREFIX, 10_000, 384),
    DragStalls(500_000, 768),
    DragStalls(100_000, 384),
    DragStalls(100_000, 384, "two-stage"),
    DragStalls(100_000, 384, "nested"),
    PaintedSteps(2_000, 0, 512),
    PaintedSteps(2_000, 384, 512),
    PaintedSteps(10_000, 384, 512),
    Moving("points-2d", 1_000_000),
    Orbit("points-3d", 1_000_000),
    OrbitBesideOpenGL("points-3d-opengl", 1_000_000),
    FineOrbit("points-fine", 100_000),
    Pick("points-pick", 1_000_000),
    Lasso("points-lasso", 1_000_000),
    InFront("points-in-front", 1_000_000, 3),
    Density("density-2d", 1_000_000, 2),
    Density("density-3d", 1_000_000, 3),
    Density("density-2d-fine-screen", 1_000_000, 2, scale=2),
    AtRest("points-at-rest-2d", 1_000_000, 2),
    AtRest("points-at-rest-3d", 1_000_000, 3),
    Glow("glow", 1_000_000),
    Pictures("pictures", 2_000),
    Export("png", 1_000_000),
    Export("png", 1_000_000, 3),
    Export("svg", 1_000_000),
    Export("pdf", 1_000_000),
    Export("svg", 20_000),
    Export("pdf", 20_000),
    MapPicture(10_000),
    MapPicture(100_000),
    Films(".webp"),
    Films(".gif"),
    Films(".png"),
    Films(".mp4"),
    Stalls("umap-stalls", "UMAP"),
    Stalls("tsne-stalls", "t-SNE"),
    TrainingStalls(),
    FirstMotion("UMAP", is_warm=True),
    FirstMotion("UMAP", is_warm=False),
    FirstMotion("t-SNE", is_warm=True),
    FirstMotion("t-SNE", is_warm=False),
    UMAPBeside(10_000),
    TSNEBeside(10_000),
    LargeLayout("UMAP", 100_000, 384),
    LargeLayout("t-SNE", 100_000, 384),
    Text(400_000, 100, "gensim", ".txt"),
    Text(400_000, 100, "gensim", ".txt.gz"),
    Text(1_000_000, 100, None, ".txt"),
    Binary(400_000, 300),
    ParquetParts(1_000_000, 96, 40),
    Mapped(1_000_000, 768, scans=False),
    Mapped(1_000_000, 768, scans=True),
    Opening("text", 1_000_000, 100),
    Opening("npy", 1_000_000, 768),
    Changes(1_000_000, 96),
    WatchedTraining("skip-gram", 120_000),
    WatchedTraining("cbow", 120_000),
    WatchedTraining("fasttext", 30_000),
    LearnedLanguage(30_000),
    Embedding(100_000),
)
