"""ABC classes (ABC 分类): customers classed by what they are worth."""
