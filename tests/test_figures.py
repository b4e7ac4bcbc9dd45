"""The pictures of the book: what they say in words is what was drawn, and they fit into a page."""

import re

import matplotlib as mpl
import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from matplotlib import style

from steepest import (
    L1,
    L2,
    LINF,
    Path,
    bowl,
    circle,
    descend,
    exact_line_search,
    kinked,
    learning_rate,
    lp,
    polytope,
    quadratic,
    steepest_direction,
)
from steepest.figures import (
    Explorable,
    Picture,
    Slider,
    Stage,
    balls,
    change_ball,
    equal_divergence,
    faces,
    fall_by_angle,
    finite_ball,
    half_plane,
    heavy_ball_map,
    loss_by_step,
    polar_iterations,
    race,
    random_cosines,
    retraction_errors,
    rolling_ball,
    saddle_ways,
    share_paths,
    sphere_descent,
    stalled,
    step_errors,
    step_sizes,
    taylor_models,
    two_coordinates,
    valley_paths,
    ways_back,
)
from steepest.figures.ellipses import _divergence

LOSS, W = bowl([1, 4], axes=circle([30, 120])), np.array([1.6, 0.4])
G = LOSS.gradient(W)
VALLEY = quadratic([1, 10])
REMEMBERING = {
    "plain": descend(VALLEY, [10.0, 1.0], exact_line_search(), 12),
    "memory": descend(VALLEY, [10.0, 1.0], learning_rate(0.2), 30, momentum=0.25),
}
G, BOWL = LOSS.gradient(W), quadratic([1, 4])
LONG, ON_SPHERE = quadratic([-4, -2, -1]), np.array([[0, 0, 1], [0.6, 0, 0.8], [1, 0, 0]])
AXES = {"a": [1, 0, 0], "b": [0, -1, 0], "c": [0, 0, 1]}
PICTURES = {
    "balls": lambda: balls([2.0, 1.0], (L1, L2, LINF)),
    "change_ball": lambda: change_ball([2.0, 1.0], (1, 1.5, 2, 4, np.inf), [0, 90]),
    "equal_divergence": lambda: equal_divergence([[-1, 0.5], [1, 1.0]], 0.125),
    "faces": lambda: faces((L1, LINF, lp(3)), [[1, 1], [2, 0], [2, -1]]),
    "fall_by_angle": lambda: fall_by_angle(LOSS, W, [0.125, 0.25]),
    "finite_ball": lambda: finite_ball(LOSS, W, [0.5, 1.0], [-30, 0, 30]),
    "half_plane": lambda: half_plane(LOSS, W, circle(np.arange(0, 360, 20) + 7)),
    "loss_by_step": lambda: loss_by_step(REMEMBERING),
    "heavy_ball_map": lambda: heavy_ball_map(quadratic([1, 10]), [2.0, 0.6], [0.05, 0.24, 0.3], [0.0, 0.2, 0.81], 20),
    "race": lambda: race(
        {"a bowl": {n.name: descend(quadratic([1, 4]), [4, 1], learning_rate(0.25), 2, norm=n) for n in (L1, L2)}}
    ),
    "polar_iterations": lambda: polar_iterations(
        [0.01, 0.1, 1.0], 6, (1.5, -0.5), (3.4445, -4.7750, 2.0315), (0.682, 1.134)
    ),
    "random_cosines": lambda: random_cosines([2, 3, 50, 1000], [2, 4, 1024]),
    "retraction_errors": lambda: retraction_errors(
        [0.5, 0.25, 0.125], {"plain": [0.25, 0.0625, 0.015625], "polar": [0.25, 0.03125, 0.00390625]}
    ),
    "rolling_ball": lambda: rolling_ball(LOSS, descend(LOSS, [-0.8, 1.6], learning_rate(0.15), 8)),
    "step_sizes": lambda: step_sizes(quadratic([1, 10]), [2.0, 0.6], (0.01, 0.1, 0.15, 0.2, 0.205), 40),
    "saddle_ways": lambda: saddle_ways(
        quadratic([1, -1]),
        [0, 0],
        [0, 1],
        {0.5: [[2, 0.5], [0.4, 0.7], [0, 1], [0, 3], [0, 0.1]], -0.25: [[0.3, -0.25], [0, -0.3], [0, -0.4]]},
    ),
    "sphere_descent": lambda: sphere_descent(
        LONG, Path(ON_SPHERE, LONG(ON_SPHERE), "all steps taken"), [1, 1, 1], AXES
    ),
    "share_paths": lambda: share_paths(
        quadratic([1, 2, 4]),
        {"inside": [[0.25, 0.5, 0.25], [0.5, 0.375, 0.125]], "edge": [[0.25, 0.5, 0.25], [0.5, 0.5, 0.0]]},
        [[0.5, 0.25, 0.25], [0.1, 0.45, 0.45]],
        0.25,
    ),
    "stalled": lambda: stalled(kinked([1, 2]), [[2.0, 1.0], [0.0, -0.5], [0.0, 0.25]], [[2, 1], [-1, -0.5], [-1, 0.5]]),
    "step_errors": lambda: step_errors([1.0, 0.1, 0.01], {"forward": [1e-1, -1e-2, 1e-3], "exact": [1e-3, 0.0, 1e-4]}),
    "taylor_models": lambda: taylor_models(LOSS, W, circle(200), np.geomspace(0.02, 1, 8), [0, 3]),
    "valley_paths": lambda: valley_paths(VALLEY, REMEMBERING),
    "two_coordinates": lambda: two_coordinates(quadratic([1, 4]), [2.0, 0.5]),
    "ways_back": lambda: ways_back([0.6, 0.8], 0.5),
}


@pytest.fixture(params=PICTURES, scope="module")
def picture(request):
    """Draw each picture in turn."""
    return PICTURES[request.param]()


def numbers(text):
    """Return the numbers in a text, a sign of either kind understood."""
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text.replace("−", "-"))]


def test_picture_is_one_figure_with_words(picture):
    """A picture is a figure with a caption, hidden lines of SVG, and one text for who cannot see it."""
    page = picture._repr_mimebundle_()["text/html"]
    kind = '"picture explorable"' if isinstance(picture, Explorable) else '"picture"'
    assert page.startswith(f"<figure class={kind}")
    assert page.count("<figcaption>") == page.count('role="img"') == page.count('role="img" aria-label="') == 1
    assert page.count("<svg") == page.count('aria-hidden="true"') == len(picture.panels)
    assert repr(picture) == picture._repr_mimebundle_()["text/plain"] == f"<Picture: {picture.title}>"
    assert len(picture.alt) > len(picture.title)


def test_every_color_follows_the_page(picture):
    """Each color is a variable of the page with the printed color as its fallback."""
    for panel in picture.panels:
        assert set(re.findall(r"(var\(--fig-\w+, )?#[0-9a-f]{6}\b", panel)) == set(
            re.findall(r"(var\(--fig-\w+, )#", panel)
        )


def test_ids_are_used_and_belong_to_the_picture(picture):
    """No id occurs twice in a picture, and each is one that something refers to."""
    page = "".join(picture.panels)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(ids) == set(re.findall(r'(?:href="#|url\(#)([^")]+)', page))


def test_two_pictures_of_a_kind_share_no_id():
    """The same function called with other data gives other ids, so both fit on one page."""
    pages = ["".join(balls(gradient).panels) for gradient in ([1.0, 2.0], [2.0, 1.0])]
    first, second = (set(re.findall(r'\bid="([^"]+)"', page)) for page in pages)
    assert first
    assert not first & second


def test_text_stays_text(picture):
    """Words in a picture are text in the page's font, of a size that can be read on a phone."""
    for panel in picture.panels:
        assert "font-family" not in panel
        assert "DejaVu" not in panel
        width = float(re.search(r'<svg[^>]* width="([\d.]+)"', panel)[1])
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", panel)] or [20]
        assert min(sizes) * min(1, 343 / width) >= 7.5  # an exponent on an axis is the smallest
        assert max(sizes) * min(1, 343 / width) >= 10


def test_drawing_twice_gives_the_same_bytes(picture, request):
    """A picture drawn again is the same picture."""
    assert PICTURES[request.node.callspec.params["picture"]]() == picture


@pytest.mark.parametrize(("title", "alt", "panels"), [("", "a", ("s",)), ("t", "", ("s",)), ("t", "a", ())])
def test_picture_needs_its_words(title, alt, panels):
    """A picture without a title, an alternative text or a panel is refused."""
    with pytest.raises(ValueError, match="is empty: a picture needs"):
        Picture(title, alt, panels)


def test_fall_by_angle_says_the_extremes():
    """The text of the angle's picture gives the extremes of the cosine, the length of g, and the true lowest."""
    said = numbers(PICTURES["fall_by_angle"]().alt)
    assert said[:2] == [0.25, 135]  # exact: the words repeat what was passed
    largest = np.hypot(*G)
    assert [said[2], said[4]] == pytest.approx([largest, -largest], abs=5e-3)
    around = circle(np.arange(0, 360, 0.1), start=G)
    change = LOSS(W + 0.25 * around) - LOSS(W)
    assert said[6] == pytest.approx(change.min() / 0.25, abs=5e-3)
    assert said[7] == pytest.approx(change.argmin() / 10, abs=2)


def test_half_plane_counts_the_directions():
    """The text of the half plane counts the directions with a negative inner product, by hand."""
    directions = circle(np.arange(0, 360, 20) + 7)
    down = sum(float(u[0] * G[0] + u[1] * G[1]) < 0 for u in directions)
    assert f"The {down} directions on the far side" in PICTURES["half_plane"]().alt
    assert f"the {18 - down} others" in PICTURES["half_plane"]().alt


def test_rolling_ball_says_its_heights():
    """The text of the ball's picture gives the losses where it starts and ends."""
    path = descend(LOSS, [-0.8, 1.6], learning_rate(0.15), 8)
    assert numbers(rolling_ball(LOSS, path).alt) == pytest.approx([8, path.values[0], path.values[-1]], rel=5e-3)


def test_balls_touch_where_a_sweep_says():
    """The text of the balls gives the touching point and its angle, as a sweep of the corners finds them."""
    alt = PICTURES["balls"]().alt
    assert "ℓ1 ball touches it at (-1, 0), 26.6 degrees" in alt
    assert "ℓ2 ball touches it at (-0.894, -0.447), 0 degrees" in alt
    assert "ℓ∞ ball touches it at (-1, -1), 18.4 degrees" in alt
    corners = np.array([[-1, 0], [1, 0], [0, 1], [0, -1]])
    # exact: whole numbers, without a tie
    assert corners[(corners @ [2, 1]).argmin()].tolist() == steepest_direction([2.0, 1.0], L1).tolist()


def test_faces_say_where_they_touch():
    """The text of the faces gives both ends of a side, or the one step that is steepest."""
    alt = PICTURES["faces"]().alt
    assert "for ∇L = (1, 1) it touches the ball of ℓ1 at all steps from (-1, 0) to (0, -1);" in alt
    assert "for ∇L = (2, 0) it touches the ball of ℓ∞ at all steps from (-1, 1) to (-1, -1);" in alt
    step = -np.array([2**0.5, -1]) / (2**1.5 + 1) ** (1 / 3)  # the cubic norm's: the square roots of g, rescaled
    assert f"the ball of ℓ3 at ({step[0]:.3g}, {step[1]:.3g}) alone." in alt


def test_faces_of_a_polytope_are_its_sides():
    """The hexagon's side across (1, 1) joins two of its vertices."""
    hexagon = polytope([[2, 0], [1, 1], [-1, 1], [-2, 0], [-1, -1], [1, -1]])
    assert "at all steps from (-2, 0) to (-1, -1)." in faces([hexagon], [[1, 1]]).alt


def test_race_says_what_is_left():
    """The text of the race gives the share of the loss left in each norm, worked out by hand, and the lowest."""
    # From (4, 1), gradient (4, 4): ℓ2 leaves 4.5, then 2.53125, of 10. ℓ1 goes to (3, 1), then to (3, 0): 4.5.
    assert "a bowl: 4.5e-01 in ℓ1, 2.5e-01 in ℓ2, lowest in ℓ2." in PICTURES["race"]().alt


def test_race_of_more_than_three_norms_is_refused():
    """There are three marks: a fourth norm is refused, not left out."""
    path = descend(quadratic([1.0]), [1.0], learning_rate(0.5), 1)
    with pytest.raises(ValueError, match="paths has 4 norms for bowl: pass at most three"):
        race({"bowl": dict.fromkeys("abcd", path)})


def test_step_errors_say_their_extremes():
    """The text of the errors gives, for each way, the size of the error at the ends and the best with its step."""
    alt = PICTURES["step_errors"]().alt
    assert "from 1.0e-02 to 1.0e+00." in alt
    assert "forward: 1.0e-01 at the longest step, at best 1.0e-03 at 1.0e-02, and 1.0e-03 at the shortest;" in alt
    assert "exact: 1.0e-03 at the longest step, at best 0.0e+00 at 1.0e-01, and 1.0e-04 at the shortest." in alt


def test_valley_paths_say_their_lengths():
    """From equal parts each exact step is 9/11 of the one before, the first 2/11 of the gradient (10, 10)."""
    picture = PICTURES["valley_paths"]()
    said = numbers(picture.alt)
    assert said[:3] == [10, 1, 12]
    assert said[3] == pytest.approx(20 * np.sqrt(2) / 11 * (1 - (9 / 11) ** 12) / (2 / 11), rel=5e-3)
    assert picture.title == "The fewest steps, 12, are those of plain."


def test_a_valley_path_alone_says_how_it_turns():
    """Exact steps turn by right angles; at a small rate a path turns less, by angles that differ; so the titles."""
    exact, gentle = REMEMBERING["plain"], descend(VALLEY, [10.0, 1.0], learning_rate(0.05), 6)
    assert valley_paths(VALLEY, {"a": exact}).title == "The path turns by 90 degrees at each step."
    low, high = numbers(valley_paths(VALLEY, {"a": gentle}).title)
    halves = [np.degrees(np.arctan(10 * 0.5**k / (10 * 0.95**k))) for k in range(6)]
    assert (low, high) == pytest.approx((-np.diff(halves).max(), -np.diff(halves).min()), abs=0.5)


def test_a_valley_path_beside_the_flow_compares_lengths():
    """The title gives the length of the path and that of the flow, here an arc of a parabola with a known length."""
    flow = np.stack(
        [np.linspace(2, 0, 400), np.linspace(2, 0, 400) ** 2 / 4], axis=1
    )  # curvatures 1 and 2, from (2, 1)
    path = descend(quadratic([1, 2]), [2.0, 1.0], exact_line_search(), 9)
    picture = valley_paths(quadratic([1, 2]), {"best steps": path}, flow)
    arc = np.sqrt(2) + np.arcsinh(1)
    assert picture.title.startswith("Best steps covers a length of")
    assert numbers(picture.title)[1] == pytest.approx(arc, abs=6e-3)


def test_loss_by_step_says_what_is_left_and_who_leads():
    """The exact path leaves (81/121)**12 of the loss; after as many steps the other leaves less: so the title."""
    picture = PICTURES["loss_by_step"]()
    assert f"plain leaves {(81 / 121) ** 12:.1e} after 12 steps" in picture.alt
    assert picture.title == "After 12 steps the least loss is left by memory."


def test_saddle_ways_count_the_points_that_linger():
    """The text of the saddle gives the way down, and for each descent the points nearer than 1 before it leaves."""
    # exact: the words repeat what was passed, and count points at exact distances
    assert numbers(PICTURES["saddle_ways"]().alt) == [0, 1, 1, 1, 0.5, 3, 0.25, 1]


def test_saddle_ways_refuse_a_fourth_path():
    """There are three lines to tell apart."""
    with pytest.raises(ValueError, match="at most three"):
        saddle_ways(quadratic([1, -1]), [0, 0], [0, 1], {part: [[1, part]] for part in (0.1, 0.2, 0.3, 0.4)})


def test_stalled_says_where_both_paths_end():
    """The text of the stalled path gives its start and end, the other's crossings of the kink, steps and last loss."""
    # exact: printed to one digit of halves and quarters that do not round
    assert numbers(PICTURES["stalled"]().alt) == [2, 1, 0.2, 0.5, 1, 1, 2, 2.0]


def test_taylor_models_say_their_orders():
    """The text of the Taylor picture gives slopes near 2 and 3, and the longest step."""
    reach, line, parabola = numbers(PICTURES["taylor_models"]().alt)
    assert reach == 1
    assert line == pytest.approx(2, abs=0.2)
    assert parabola == pytest.approx(3, abs=0.2)


def test_step_sizes_say_where_each_ends():
    """The figure of the step sizes gives each rate's final loss, from the closed form, and the threshold 2/10."""
    figure = PICTURES["step_sizes"]()
    shown = {name: column for name, (_, column) in zip(figure.table["names"], figure.table["numbers"], strict=True)}
    for rate, said in zip((0.01, 0.1, 0.15, 0.2, 0.205), shown["loss after 40 steps"], strict=True):
        x, y = 2 * (1 - rate) ** 40, 0.6 * (1 - 10 * rate) ** 40
        assert float(said) == pytest.approx((x**2 + 10 * y**2) / 2, rel=6e-3)
    assert shown["threshold 2/λₘₐₓ"] == ["0.200"]
    assert shown["what it does"] == ["crawls", "converges", "zigzags in", "bounces", "diverges"]
    assert numbers(figure.alt)[-1] == 0.2  # exact: printed to three digits, far from a half of the last


def test_finite_ball_says_its_angles():
    """The text of the finite ball gives the angle at the longest and at the shortest step."""
    # exact: printed to three digits, far from a half of the last
    assert numbers(PICTURES["finite_ball"]().alt)[:4] == [1, 38.5, 25, 0.5]


def test_polar_iterations_know_where_they_are():
    """The figure of the polynomials gives what each makes of 0.01 in five iterations, and the band it was told."""
    figure = PICTURES["polar_iterations"]()
    x = y = 0.01
    for _ in range(5):
        x, y = 1.5 * x - 0.5 * x**3, 3.4445 * y - 4.7750 * y**3 + 2.0315 * y**5
    # exact: printed to three digits, far from a half of the last
    assert numbers(figure.alt) == [1, 0.682, 1.134, 0.01, 5, round(x, 3), round(y, 3)]


def test_random_cosines_know_the_best_of_two():
    """Of two random directions the better has the cosine 4 / pi**2 on average in the plane, and 1 / 3 in space."""
    figure = PICTURES["random_cosines"]()
    shown = {name: column for name, (_, column) in zip(figure.table["names"], figure.table["numbers"], strict=True)}
    best = np.reshape([numbers(text)[0] for text in shown["mean best cos β"]], (4, 3))
    assert best[:2, 0] == pytest.approx([-4 / np.pi**2, -1 / 3], abs=5e-4)
    assert best[:2, 1][1] == pytest.approx(-3 / 5, abs=5e-4)
    assert numbers(figure.alt)[0] == 1000


def test_heavy_ball_map_is_lowest_at_its_best():
    """The factor said of the best pair is that of the matrix's eigenvalues, and no pair of a fine grid has a lower."""

    def factor(rate, momentum):
        step = [[[1 + momentum - rate * curvature, -momentum], [1, 0]] for curvature in (1, 10)]
        return abs(np.linalg.eigvals(np.array(step))).max()

    figure = PICTURES["heavy_ball_map"]()
    lowest, rate, momentum, plain = numbers(figure.alt)[:4]
    grid = [factor(a, c) for a in np.arange(0.005, 0.4, 0.005) for c in np.arange(0, 1, 0.02)]
    best = 4 / (1 + np.sqrt(10)) ** 2, ((np.sqrt(10) - 1) / (np.sqrt(10) + 1)) ** 2
    assert (rate, momentum, lowest) == pytest.approx((*best, factor(*best)), abs=6e-4)
    assert lowest <= min(grid)
    assert plain == pytest.approx(min(factor(a, 0) for a in np.arange(0.1, 0.2, 1e-4)), abs=6e-4)
    shown = {name: column for name, (_, column) in zip(figure.table["names"], figure.table["numbers"], strict=True)}
    words = np.reshape(shown["in the long run"], (4, 4))
    assert words[:, 0].tolist() == ["monotone", "diverges", "diverges", "diverges"]
    assert words[:, 1].tolist() == ["monotone", "zigzags in", "bounces", "diverges"]
    assert words[:, 3].tolist() == ["oscillates"] * 4
    assert (words == "best").sum() == 1


def test_path_that_leaves_for_good_ends_outside():
    """A path in the map of momentum ends at the first point outside the frame, one that comes back goes on."""
    figure = heavy_ball_map(quadratic([1, 10]), [2.0, 0.6], [0.38, 0.4], [0.0, 0.96], 20)
    _, routes = figure.table["marks"][1]
    lengths = np.reshape([path.count("L") for path in routes], (3, 3))
    assert lengths[1, 0] == 2  # 0.6 times -2.8, then times -2.8 again
    assert lengths[1, 2] == 20
    assert 'clip-path="url(#fig-momentum-1-window)"' in figure.panels[1]


def test_stage_refuses_columns_of_the_wrong_length():
    """A mark or a number without an entry for each state is refused, and so is a figure without a handle."""
    stage = Stage("fig-try", Slider("x", "Across", ["0", "1"], 0), Slider("y", "Up", ["0", "1", "2"], 0))
    for texts in (["1", "2"], [["1"], ["2"], ["3"]], [["1", "2"]]):
        with pytest.raises(ValueError, match=r"slope has entries for states of shape .*: pass one for each, \(2, 3\)"):
            stage.number("slope", texts)
    with pytest.raises(ValueError, match="the dot has entries for states of shape"):
        stage.dot(np.zeros((3, 3, 2)), "#1b1f24")
    with pytest.raises(ValueError, match="the handle is missing"):
        stage.explorable("title", "alt", [["spoken"]])


def test_column_of_one_entry_holds_in_every_state():
    """An axis of one entry is one that its slider does not move along; the others count in order."""
    stage = Stage("fig-try", Slider("x", "Across", ["0", "1"], 1), Slider("y", "Up", ["0", "1", "2"], 2))
    for name, texts in (
        ("both", [["a", "b", "c"], ["d", "e", "f"]]),
        ("across", [["g"], ["h"]]),
        ("up", [list("ijk")]),
    ):
        stage.number(name, texts)
    with stage.draw():
        stage.handle(np.zeros((1, 1, 2)), "#1b1f24")
    figure = stage.explorable("title", "alt", [["spoken"]])
    assert figure.table["numbers"] == [([3, 1], list("abcdef")), ([1, 0], ["g", "h"]), ([0, 1], ["i", "j", "k"])]
    shown = re.findall(r"<dd>(.)</dd>", figure._repr_mimebundle_()["text/html"])
    assert shown == ["f", "h", "k"]


def test_retraction_errors_say_their_orders():
    """The text gives the distances at both ends, the title the larger power: 3 for cubes, beside 2 for squares."""
    picture = PICTURES["retraction_errors"]()
    assert "plain: 2.5e-01 after the longest step, 1.6e-02 after the shortest;" in picture.alt
    assert picture.title.endswith("fastest for polar, with the power 3.0 of the step.")
    assert "power 2.0" in picture.panels[0]


def test_step_errors_of_more_than_three_ways_are_refused():
    """There are three marks: a fourth series is refused, not left out."""
    with pytest.raises(ValueError, match="errors has 4 ways: pass at most three"):
        step_errors([1.0, 0.1], {name: [1.0, 0.1] for name in "abcd"})
    with pytest.raises(ValueError, match="distances has 4 ways: pass at most three"):
        retraction_errors([1.0, 0.1], {name: [1.0, 0.1] for name in "abcd"})


@pytest.mark.parametrize("draw", [lambda paths: valley_paths(VALLEY, paths), loss_by_step])
def test_more_than_three_paths_are_refused(draw):
    """There are three colors and marks: a fourth path is refused, not left out."""
    with pytest.raises(ValueError, match="paths has 4 of them: pass at most three"):
        draw(dict.fromkeys("abcd", REMEMBERING["plain"]))


def test_equal_divergence_says_how_wide():
    """The text gives the width in the mean, in proportion to the standard deviation, by a search over a grid."""
    said = numbers(PICTURES["equal_divergence"]().alt)
    assert said[0] == 2
    assert [said[1], said[3], said[5]] == [0.125, 0.5, 1]  # exact: the words repeat what was passed
    t = np.linspace(0.5, 3, 200_001)  # standard deviations from 1; the divergence is 1 / 8 at this shift of the mean
    square = 2 * t**2 * (0.125 + 0.5 - np.log(t)) - 1
    assert said[4] == pytest.approx(2 * square.max() ** 0.5, abs=6e-3)
    assert said[2] == pytest.approx(square.max() ** 0.5, abs=6e-3)


def test_normal_divergence_is_an_integral():
    """The divergence drawn is that of SciPy's normal densities, integrated."""
    for shift, spread, other in ((0.0, 1.0, 2.0), (1.0, 0.5, 0.5), (-2.0, 1.5, 0.7)):
        one, two = scipy.stats.norm(0, spread), scipy.stats.norm(shift, other)
        whole, _ = scipy.integrate.quad(
            lambda x, a=one, b=two: a.pdf(x) * (a.logpdf(x) - b.logpdf(x)), -12 * spread, 12 * spread, epsabs=1e-12
        )
        assert _divergence(shift, spread, other) == pytest.approx(whole, abs=1e-10)


def test_two_coordinates_say_their_angles():
    """On (x**2 + 4 y**2) / 2 from (2, 1/2) Newton's step (-2, -1/2) is turned from (-2, -2) by 45 - 14 degrees."""
    assert numbers(PICTURES["two_coordinates"]().alt) == [31, 0]


@pytest.mark.parametrize("size", [0.0, -1.0, 1.5, float("nan")])
def test_equal_divergence_refuses_what_it_cannot_draw(size):
    """A divergence that is not positive, or so large that the search may end before it, is refused."""
    with pytest.raises(ValueError, match=r"size is .*: pass a divergence above 0, at most 1"):
        equal_divergence([[0.0, 1.0]], size)


def test_equal_divergence_reaches_the_largest():
    """At divergence 1 the curve from (0, 1) is as wide as a grid finds it, too."""
    t = np.linspace(0.1, 8, 200_001)
    square = 2 * t**2 * (1.5 - np.log(t)) - 1
    assert numbers(equal_divergence([[0.0, 1.0]], 1.0).alt)[2] == pytest.approx(2 * square.max() ** 0.5, rel=2e-3)


def test_sphere_descent_says_where_it_goes():
    """The text of the sphere gives both ends of the path, its losses by hand, and the mark at its end."""
    picture = PICTURES["sphere_descent"]()
    assert "A path of 2 steps along it goes from (0.00, 0.00, 1.00) to (1.00, 0.00, 0.00), 0e+00 from a." in picture.alt
    assert "from -0.50 to -2.00. Also marked: b, c." in picture.alt
    assert picture.title == "The descent stays on the sphere and ends at a."
    back = sphere_descent(LONG, Path(-ON_SPHERE, LONG(ON_SPHERE), "all steps taken"), [-1, -1, -1], AXES)
    assert back.title.endswith("ends at −a.")
    assert all(f"{sign}<" in back.panels[0] for sign in ("−a", "−c", ">b"))


@pytest.mark.parametrize("toward", [[-1, 1, 0.5], [0.1, 1, -0.5]])
def test_sphere_descent_refuses_to_look_from_behind(toward):
    """A path with a point on the far side is refused, not drawn as if it were in front."""
    with pytest.raises(ValueError, match="the path passes behind the sphere"):
        sphere_descent(LONG, Path(ON_SPHERE, LONG(ON_SPHERE), "all steps taken"), toward, AXES)


def test_ways_back_say_where_they_end():
    """A step of 1/2 from (0.6, 0.8) ends at (1, 0.5); the arc turns by 1/2, normalizing by arctan 1/2."""
    said = numbers(PICTURES["ways_back"]().alt)
    turn = np.arctan2(0.8, 0.6) - 0.5
    arc, normal = np.array([np.cos(turn), np.sin(turn)]), np.array([1, 0.5]) / np.sqrt(1.25)
    off, more = np.linalg.norm(normal - arc), np.linalg.norm([1, 0] - arc)
    known = [0.5, 0.6, 0.8, 1, 0.5, np.sqrt(1.25) - 1, *arc, *normal, off, 1, 0, more]
    assert said == pytest.approx(known, abs=6e-3)
    assert numbers(PICTURES["ways_back"]().title) == pytest.approx([off, more], abs=6e-4)


def test_ways_back_refuse_a_step_past_the_circle():
    """To the right of the circle no vertical line leads back."""
    with pytest.raises(ValueError, match="misses the circle"):
        ways_back([0.6, 0.8], 0.6)


def test_share_paths_say_where_they_lead():
    """The text gives the ends of each path, its least share, and the width of each ball: twice r sqrt(w (1 - w))."""
    said = numbers(PICTURES["share_paths"]().alt)
    assert said[:8] == [0.25, 0.5, 0.25, 0.5, 0.38, 0.12, 1, 0.125]  # exact: the words repeat what was passed
    assert said[8:16] == [0.25, 0.5, 0.25, 0.5, 0.5, 0, 1, 1]  # exact: the words repeat what was passed
    assert said[16] == 0.25  # exact: the words repeat what was passed
    assert said[17] == pytest.approx(0.5 * (0.25 * 0.75) ** 0.5, abs=6e-3)
    assert said[21] == pytest.approx(0.5 * (0.1 * 0.9) ** 0.5, abs=6e-3)


def test_share_paths_refuse_a_ball_over_the_edge():
    """A ball that reaches over the edge of the triangle is refused."""
    with pytest.raises(ValueError, match=r"radius is 0\.5: a ball reaches over the edge"):
        share_paths(quadratic([1, 1, 1]), {}, [[0.1, 0.1, 0.8]], 0.5)


def test_a_readers_own_style_changes_no_picture():
    """What a reader has set for Matplotlib, by style or one by one, is not seen in a picture, and is there after."""
    plain = balls([3.0, 4.0], (L2, LINF)).panels
    with style.context(["dark_background", {"axes.grid": True, "axes.labelsize": 30, "text.usetex": True}]):
        assert balls([3.0, 4.0], (L2, LINF)).panels == plain
        assert mpl.rcParams["axes.grid"]
