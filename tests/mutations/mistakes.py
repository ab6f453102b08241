"""The mistakes that CLIP implementations make: where each would stand in this code, and a test that must notice it.

A mistake is a regular expression in one file and what takes its place. When the code moves, run.py says which one no longer applies.
"""
import dataclasses

TRANSFORMER = "ClipTowers.GivesTheReferencesFeaturesForATransformer"
HUGGING_FACE = "ClipTowers.GivesTheSameFeaturesFromTheHuggingFaceLayout"
RESNET = "ClipTowers.GivesTheReferencesFeaturesForAResnet"
OPEN_CLIP = "ClipTowers.TakesHeadSizeMlpRatioAndGeluFromTheConfiguration"
QUICK_GELU = "ClipTowers.TellsQuickGeluFromGelu"
ALONE = "ClipTowers.GivesATextTheSameFeaturesAloneAndInAnyCompany"
NAMES = "StoredNames.AreTheNamesOfThePublishedFiles"
SHORTER = "ClipTowers/EachTower.StaysCloseInShorterNumberFormats/Transformer"
BYTES = "ClipTowers/EachTower.ScalesBytesAsTheConfigurationSays/"


@dataclasses.dataclass(frozen=True)
class Mistake:
    name: str
    file: str  # below encoder/
    pattern: str  # must be found exactly once
    replacement: str
    tests: tuple[str, ...]  # all of them must fail
    needs: str = ""  # the CPU's flag without which this code does not run


BLOCK, STREAM, VISION, TEXT, RESNET_FILE = ("transformer_block.cc", "residual_stream.cc", "vision_transformer.cc", "text_transformer.cc",
                                            "modified_resnet.cc")

MISTAKES = (
    # Those of the specification's table.
    Mistake("erf GELU instead of QuickGELU", "open_clip_config.cc", r"quick_gelu \? Activation::kQuickGelu", "quick_gelu ? Activation::kGelu",
            (TRANSFORMER, QUICK_GELU)),
    Mistake("tanh GELU instead of QuickGELU", "open_clip_config.cc", r"quick_gelu \? Activation::kQuickGelu", "quick_gelu ? Activation::kGeluTanh",
            (TRANSFORMER, QUICK_GELU)),
    Mistake("LayerNorm eps 1e-6 instead of 1e-5", STREAM, r"epsilon_\(epsilon\)", "epsilon_(epsilon * 0.1)", (TRANSFORMER, HUGGING_FACE)),
    Mistake("LayerNorm eps 1e-3 instead of 1e-5", STREAM, r"epsilon_\(epsilon\)", "epsilon_(epsilon * 100)", (TRANSFORMER, OPEN_CLIP)),
    Mistake("red and blue swapped", VISION, r'(reader\.Raw\("visual\.conv1\.weight"\))', r"\1.flip(1)", (TRANSFORMER, OPEN_CLIP)),
    Mistake("red and blue swapped in a ResNet", RESNET_FILE, r'const at::Tensor kernel = reader\.Raw\(convolution \+ "\.weight"\);',
            'at::Tensor kernel = reader.Raw(convolution + ".weight"); if (kernel.size(1) == 3) kernel = kernel.flip(1);', (RESNET,)),
    Mistake("red and blue swapped in the bytes", "pixel_scale.cc", r"(table_\[rgb\[i) \+ 2(\] \* size_t\{3\} \+ 2\])", r"\1\2", (BYTES + "Transformer", BYTES + "Resnet")),
    Mistake("ln_pre omitted", VISION, r"norm_before_\.Begin\(Tokens\(pictures\)\)", "ResidualStream{.sum = Tokens(pictures), .pending = {}}", (TRANSFORMER,)),
    Mistake("no causal mask", TEXT, r"(blocks_\.emplace_back\(.*)Causal::kYes", r"\1Causal::kNo", (TRANSFORMER, OPEN_CLIP)),
    Mistake("no causal mask in the last block", TEXT, r"(last_\(reader, .*)Causal::kYes", r"\1Causal::kNo", (ALONE,)),
    # More.
    Mistake("SiLU instead of GELU", BLOCK, r"case Activation::kGelu: return LinearLayer::After::kGelu;",
            "case Activation::kGelu: return LinearLayer::After::kSilu;", (OPEN_CLIP,)),
    Mistake("QuickGELU without its factor", BLOCK, r"kQuickGeluFactor = 1\.702", "kQuickGeluFactor = 1.0", (TRANSFORMER, QUICK_GELU)),
    Mistake("queries not scaled", BLOCK, r"(\{\}, 0\.0, causal == Causal::kYes)", r"\1, 1.0", (TRANSFORMER,)),
    Mistake("heads of 64 whatever the configuration says", BLOCK, r": heads_\(config\.heads\), causal_\(causal\), norm_\(reader, prefix \+ \"ln_1\", config\.epsilon\),\n      in_",
            ': heads_(std::max<int64_t>(1, config.width / 64)), causal_(causal), norm_(reader, prefix + "ln_1", config.epsilon),\n      in_', (OPEN_CLIP,)),
    Mistake("keys and values swapped", BLOCK, r"(SplitHeads\(\w+\[)1(\], \w+\), SplitHeads\(\w+\[)2", r"\g<1>2\g<2>1", (TRANSFORMER,)),
    Mistake("keys and values swapped in bf16", BLOCK, r"\.k = q \+ width, \.v = q \+ 2 \* width", ".k = q + 2 * width, .v = q + width", (SHORTER,), "avx512_bf16"),
    Mistake("no causal mask in bf16", BLOCK, r"\.causal = causal == Causal::kYes", ".causal = causal == Causal::kYes && tokens < 0", (SHORTER,), "avx512_bf16"),
    Mistake("keys and values swapped in the last block", BLOCK, r"SplitHeads\(kv\[0\], heads_\), SplitHeads\(kv\[1\], heads_\)",
            "SplitHeads(kv[1], heads_), SplitHeads(kv[0], heads_)", (TRANSFORMER,)),
    Mistake("q, k, v in file order", "weight_names.cc", r'\{"q", "k", "v"\}', '{"k", "v", "q"}', (NAMES,)),
    Mistake("a projection not transposed", "weight_names.cc", r'(return \{\{"text_projection\.weight"\}), true', r"\1, false", (NAMES,)),
    Mistake("a patch's row pooled instead of the class token's", VISION, r"at::zeros\(\{stream", "at::ones({stream", (TRANSFORMER,)),
    Mistake("the last token's row pooled", TEXT, r"tokens\.argmax\(1\)", "at::full({tokens.size(0)}, tokens.size(1) - 1, tokens.options())", (ALONE,)),
    Mistake("patches read column by column", VISION, r"permute\(\{0, 2, 3, 1\}\)", "permute({0, 3, 2, 1})", (TRANSFORMER, OPEN_CLIP)),
    Mistake("the grid read column by column", VISION, r"transpose\(2, 3\)\.reshape", "permute({0, 3, 1, 2, 4}).reshape", (TRANSFORMER, OPEN_CLIP)),
    Mistake("positions off by one", TEXT, r"positions_\.narrow\(0, 0, tokens\.size\(1\)\)", "positions_.narrow(0, tokens.size(1) < 77 ? 1 : 0, tokens.size(1))", (TRANSFORMER,)),
    Mistake("average pool before the convolution", RESNET_FILE, r"AveragePool\(second_\(first_\(x\)\), stride_\)", "second_(AveragePool(first_(x), stride_))", (RESNET,)),
    Mistake("BatchNorm eps 1e-3 instead of 1e-5", RESNET_FILE, r"kBatchNormEpsilon = 1e-5", "kBatchNormEpsilon = 1e-3", (RESNET,)),
    Mistake("BatchNorm's mean not scaled", RESNET_FILE, r'(reader\.Raw\(norm \+ "\.running_mean"\)) \* scale', r"\1", (RESNET,)),
    Mistake("attention pool without the mean token", RESNET_FILE, r"places\.mean\(1, true\)", "places.narrow(1, 0, 1)", (RESNET,)),
)
