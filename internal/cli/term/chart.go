package term

import (
	"slices"
	"strings"
)

// Bar returns a bar for a count, proportional to width columns for the largest count, most. Its resolution is an eighth of a
// column, or a column in ASCII. The bar of a positive count is never empty.
func (s Style) Bar(count, most, width int) string {
	if count <= 0 || most <= 0 {
		return ""
	}
	if s.ASCII {
		return strings.Repeat("#", max(1, count*width/most))
	}
	eighths := max(1, count*width*8/most)
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return bar
}

// Shade returns the two columns of a count in a heat map, with shades for 0, 1, 2 to 3, 4 to 6, and 7 or more.
func (s Style) Shade(count int) string {
	shades := []string{"··", "░░", "▒▒", "▓▓", "██"}
	if s.ASCII {
		shades = []string{"..", "--", "==", "++", "##"}
	}
	level, _ := slices.BinarySearch([]int{1, 2, 4, 7}, count+1)
	return shades[level]
}
