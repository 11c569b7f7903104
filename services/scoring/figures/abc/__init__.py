"""ABC classes (ABC 分类): customers divided into three classes by their value."""
