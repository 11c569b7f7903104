"""ABC classes (ABC 分类): customers classed by their value."""
