"""The input of all figures: facts about customers, the customers, and exchange rates."""
