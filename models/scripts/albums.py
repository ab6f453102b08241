"""The make-believe photo library of the samples: albums with their months, places and coordinates, and the cameras."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Camera:
    make: str
    model: str
    lens: str | None
    name: str  # file name: {n} counter, {d} date, {t} time
    years: tuple[int, int]  # first and last year of use, both included
    gps: bool = False


CAMERAS = (
    Camera("Canon", "Canon EOS 80D", "EF-S18-135mm f/3.5-5.6 IS USM", "IMG_{n:04}", (2016, 2021)),
    Camera("NIKON CORPORATION", "NIKON D5600", "AF-P DX Nikkor 18-55mm f/3.5-5.6G VR", "DSC_{n:04}", (2017, 2022)),
    Camera("SONY", "ILCE-6400", "E 18-135mm F3.5-5.6 OSS", "DSC{n:05}", (2019, 2025)),
    Camera("FUJIFILM", "X-T30", "XF35mmF2 R WR", "DSCF{n:04}", (2020, 2025)),
    Camera("samsung", "SM-G950F", None, "{d}_{t}", (2017, 2020), gps=True),
    Camera("Google", "Pixel 6", None, "PXL_{d}_{t}{n:03}", (2021, 2025), gps=True),
)


@dataclass(frozen=True)
class Album:
    folder: str
    month: str  # first month, "2019-07"
    days: int
    places: str
    position: tuple[float, float] | None = None  # latitude, longitude
    offset: str = "+02:00"


ALBUMS = (
    Album("2016/2016-05 Garden", "2016-05", 30, "meadow room", (47.998, 7.842)),
    Album("2016/2016-08 Sailing on Lake Constance", "2016-08", 12, "sea sky sunset", (47.584, 9.410)),
    Album("2017/2017-02 Skiing in Tyrol", "2017-02", 9, "snow mountains", (47.446, 12.391), "+01:00"),
    Album("2017/2017-07 Summer in Brittany", "2017-07", 20, "beach sea meadow sunset", (48.727, -3.985)),
    Album("2017/2017-11 Kitchen", "2017-11", 28, "room", None, "+01:00"),
    Album("2018/2018-04 Lisbon", "2018-04", 6, "city room sky", (38.712, -9.139), "+01:00"),
    Album("2018/2018-09 Hiking in the Dolomites", "2018-09", 11, "mountains forest meadow", (46.540, 11.880)),
    Album("2018/2018-12 Christmas", "2018-12", 12, "room snow night", None, "+01:00"),
    Album("2019/2019-03 Desert trip", "2019-03", 10, "desert sunset night", (31.099, -4.012), "+01:00"),
    Album("2019/2019-07 Baltic coast", "2019-07", 18, "beach sea sky", (54.433, 12.690)),
    Album("2019/2019-10 Forest walks", "2019-10", 25, "forest meadow", (48.350, 8.220)),
    Album("2020/2020-01 Winter days", "2020-01", 30, "snow city room", (50.110, 8.682), "+01:00"),
    Album("2020/2020-05 At home", "2020-05", 31, "room meadow"),
    Album("2020/2020-08 Balcony and sky", "2020-08", 28, "sky sunset night"),
    Album("2021/2021-06 Farm holiday", "2021-06", 14, "meadow forest mountains", (47.710, 10.315)),
    Album("2021/2021-09 Hamburg", "2021-09", 5, "city sea night", (53.543, 9.989)),
    Album("2022/2022-02 Zoo and museum", "2022-02", 20, "city room meadow", (52.508, 13.337), "+01:00"),
    Album("2022/2022-07 Kenya", "2022-07", 15, "desert meadow sunset", (-2.333, 34.833), "+03:00"),
    Album("2023/2023-04 Easter", "2023-04", 9, "meadow room city"),
    Album("2023/2023-08 Crete", "2023-08", 14, "beach sea city sunset", (35.513, 24.018), "+03:00"),
    Album("2024/2024-01 Norway", "2024-01", 8, "snow sea night mountains", (69.649, 18.956), "+01:00"),
    Album("2024/2024-06 Street festival", "2024-06", 3, "city night room", (48.775, 9.182)),
    Album("2025/2025-03 Alps", "2025-03", 10, "mountains snow sky", (46.620, 8.040), "+01:00"),
    Album("2025/2025-07 North Sea", "2025-07", 16, "beach sea meadow sky", (53.707, 7.149)),
)
