"""How pictures are scaled for the models measured: OpenAI's mean and std, 224 pixels; here without importing open_clip."""
SIDE = 224
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
